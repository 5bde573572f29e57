/** A graph drawn by Graphviz, which comes with the package as WebAssembly; loaded only when it is asked for. */
export async function svgOf(dot: string): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  return viz.renderString(dot, { format: 'svg', engine: 'dot' });
}

/**
 * Gives memory that was freed back to the kernel, on a thread of its own (malloc_trim(3)): many small pieces would stay
 * with the process otherwise. Where the C library is another, it does nothing.
 */
export async function trimMemory(): Promise<void> {
  try {
    const { default: koffi } = await import('koffi');
    const trim = koffi.load(null).func('int malloc_trim(size_t pad)');
    await new Promise<void>((resolve) => {
      trim.async(0, () => resolve());
    });
  } catch {
    // musl gives back what it can by itself.
  }
}

import { KlorosError } from './errors.js';

/** Sends assignments to the service manager, one a line (sd_notify(3)). */
export type Notify = (assignments: string) => void;

const LIBRARY = 'libsystemd.so.0';

/**
 * The way to the service manager that started this process; undefined where none did.
 * Node has no datagram socket of the Unix kind, so systemd's own library sends, loaded only where there is systemd.
 */
export async function openNotify(env: NodeJS.ProcessEnv): Promise<Notify | undefined> {
  if ((env['NOTIFY_SOCKET'] ?? '') === '') return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const send = koffi.load(LIBRARY).func('int sd_notify(int unset_environment, const char *state)');
    return (assignments) => void send(0, assignments);
  } catch (error) {
    throw new KlorosError({
      code: 'NOTIFY_UNAVAILABLE',
      message: 'systemd cannot be told that this daemon is ready',
      why: `${LIBRARY} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      next: ['install libsystemd0, or run it without NOTIFY_SOCKET in its environment'],
      cause: error,
    });
  }
}

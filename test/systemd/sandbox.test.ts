import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { unitOf } from '../../src/lib/systemd/unit-names.js';
import { quoted, startLab, whyNot, type Lab } from './lab.js';

const HOME = '/var/lib/kloros';
const FAR = '10.9.8.7';
const PROBE = fileURLToPath(new URL('./probe.py', import.meta.url));
const KEY = '/etc/kloros/credentials/model-api-key';
const MODEL_PORT = 8_123;
const SETTINGS = {
  home: HOME,
  sourceRoots: ['/srv/code'],
  deployRoot: '/srv/deployed',
  investigation: { model: { url: `http://127.0.0.1:${MODEL_PORT}/v1`, model: 'one' } },
};

/** A model that writes down who asks. */
const MODEL = `import http.server
class Model(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.headers['authorization'], flush=True)
        self.send_error(503)
http.server.HTTPServer(('127.0.0.1', ${MODEL_PORT}), Model).serve_forever()`;

/** Folders that everybody may write to, but for a sandbox. */
const OPEN = ['/etc/open', '/usr/open', '/opt/open', '/srv/open', '/var/open', '/run/open', '/home/open', '/root/open'];
const OWN = [HOME, '/tmp', '/var/tmp', '/dev/shm'];
const ASKED = {
  folders: [...OPEN, '/srv/code', '/srv/deployed', ...OWN],
  files: ['/home/open/letter', KEY, '/etc/hostname'],
  addresses: ['127.0.0.1', '::1', FAR],
};

/** Each unit with its whole sandbox, and with the probe in the place of its daemon. */
const DROP_IN = `[Service]\\nType=oneshot\\nRestart=no\\nWatchdogSec=0\\nExecStart=\\nExecStart=/usr/bin/python3 /srv/probe.py /srv/asked.json\\n`;

/** Another address of this machine, as SIOCSIFADDR (netdevice(7)) gives one to an alias. */
const ADD_ADDRESS = `import fcntl, socket, struct
request = struct.pack('16sH2s4s8s', b'lo:1', socket.AF_INET, b'', socket.inet_aton('${FAR}'), b'')
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8916, request)`;

interface Found {
  writes: string[];
  reads: string[];
  reaches: string[];
}

describe.skipIf(whyNot !== '')(
  `what a daemon can do in a real systemd${whyNot === '' ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab();
      await lab.demand(`mkdir -p /etc/kloros && echo '${JSON.stringify(SETTINGS)}' >/etc/kloros/config.yaml
        mkdir -m 700 /etc/kloros/credentials && echo secret-key >${KEY} && chmod 600 ${KEY}
        mkdir -m 777 ${OPEN.join(' ')} /srv/code /srv/deployed && chmod 711 /root && echo dear >/home/open/letter
        python3 -c ${quoted(ADD_ADDRESS)}
        echo ${quoted(readFileSync(PROBE, 'utf8'))} >/srv/probe.py && echo ${quoted(JSON.stringify(ASKED))} >/srv/asked.json`);
      await lab.demand('kloros systemd install --yes');
    });
    afterAll(() => lab.stop());

    const parsed = (text: string) => JSON.parse(text) as Found;
    const isLeft = (path: string) => lab.run(`test -e ${path}`).then(({ code }) => code === 0);

    it('outside of its sandbox its user could write, read and send wherever it is tried below', async () => {
      const found = await lab.demand('runuser -u kloros -- python3 /srv/probe.py /srv/asked.json');
      expect(parsed(found)).toEqual({
        writes: ASKED.folders,
        reads: ['/home/open/letter', '/etc/hostname'],
        reaches: ASKED.addresses,
      });
      await lab.demand(`rm -f ${ASKED.folders.map((folder) => `${folder}/probe`).join(' ')}`);
    });

    it('each writes to the home, to what it declares, and to temporary folders of its own, and sends to this machine alone', async () => {
      await lab.demand(
        `mkdir -p /run/systemd/system/kloros-.service.d && printf '${DROP_IN}' >/run/systemd/system/kloros-.service.d/probe.conf && systemctl daemon-reload`,
      );
      await lab.demand(`systemctl start ${daemons.map(({ name }) => unitOf(name)).join(' ')}`);
      const declared: Record<string, string[]> = {
        capability_integrator_daemon: ['/srv/code'],
        winner_deployer_daemon: ['/srv/deployed'],
      };
      for (const { name } of daemons) {
        const said = await lab.demand(`journalctl --output=cat _TRANSPORT=stdout --unit=${unitOf(name)} | tail -n 1`);
        expect({ name, ...parsed(said) }).toEqual({
          name,
          writes: [...(declared[name] ?? []), ...OWN],
          reads: ['/etc/hostname'],
          reaches: ['127.0.0.1', '::1'],
        });
      }
    });

    it('a secret that only root can read is given to the daemon that needs it', async () => {
      await lab.demand('rm -r /run/systemd/system/kloros-.service.d && systemctl daemon-reload');
      await lab.demand(
        `echo ${quoted(MODEL)} >/srv/model.py && systemd-run --quiet --unit=model python3 /srv/model.py`,
      );
      const [asker, ...others] = ['investigation_consumer_daemon', 'chemical_bus', 'intent_router'].map(unitOf);
      await lab.demand(`mkdir /srv/code/alpha && echo 'def run_alpha(): return 1' >/srv/code/alpha/core.py
        systemctl start ${others.join(' ')} ${asker ?? ''} && kloros intent submit --path /srv/code/alpha`);
      await lab.until('the model was asked', 'journalctl --output=cat --unit=model | grep -qx "Bearer secret-key"');
      const credentials = (unit: string) => lab.run(`ls /run/credentials/${unit}`).then(({ stdout }) => stdout.trim());
      expect(await credentials(asker ?? '')).toBe('model-api-key');
      for (const unit of others) expect(await credentials(unit), unit).toBe('');
      expect(await lab.run(`runuser -u nobody -- cat /run/credentials/${asker ?? ''}/model-api-key`)).toMatchObject({
        code: 1,
      });
    });

    it('what it left in its temporary folders is seen by nobody else', async () => {
      expect(await isLeft(`${HOME}/probe`)).toBe(true);
      for (const folder of ['/tmp', '/var/tmp', '/dev/shm'])
        expect(await isLeft(`${folder}/probe`), folder).toBe(false);
    });
  },
);

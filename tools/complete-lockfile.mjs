/**
 * Completes package-lock.json with the packages of other platforms that the registry at hand could not resolve.
 * npm leaves those out, and then `npm ci` refuses the whole lock file on every platform. Run it after each change of
 * dependencies: node tools/complete-lockfile.mjs (with --check it only tells, exit code 1 when something is missing).
 *
 * The versions are the exact ones their parents ask for. Without a checksum npm takes what its registry has.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', 'package-lock.json');
const systems = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
  android: 'android',
  openharmony: 'openharmony',
};
const processors = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'wasm32'];

/** What a name such as @oxlint/binding-linux-x64-musl tells about its platform. */
function platformOf(name) {
  const words = name.split(/[/_-]/);
  const os = words.map((word) => systems[word]).find(Boolean);
  const cpu = words.find((word) => processors.includes(word));
  if (!os || !cpu) return undefined;
  const musl = words.some((word) => word.startsWith('musl'));
  return {
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' && words.some((word) => /^(musl|gnu)/.test(word)) && { libc: [musl ? 'musl' : 'glibc'] }),
  };
}

function missingFrom(packages) {
  const missing = {};
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const nested = `${path}/node_modules/${name}`;
      if (path === '' || packages[nested] || packages[`node_modules/${name}`]) continue;
      const platform = platformOf(name);
      if (platform && /^\d+\.\d+\.\d+/.test(version)) {
        missing[`node_modules/${name}`] = { version, ...platform, ...(parent.dev && { dev: true }), optional: true };
      } else console.error(`${name}@${version} is missing as well, and its name does not tell its platform.`);
    }
  }
  return missing;
}

const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingFrom(lock.packages);
const names = Object.keys(missing);
if (names.length === 0) console.log('package-lock.json is complete.');
else if (process.argv.includes('--check')) {
  console.error(
    `package-lock.json lacks ${names.length} packages of other platforms: run node tools/complete-lockfile.mjs.`,
  );
  process.exitCode = 1;
} else {
  const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  console.log(`Added ${names.length} packages of other platforms.`);
}

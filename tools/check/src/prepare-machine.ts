import { buildTools, goAvailable } from '@pilothouse/control-plane';
import { installDebianPackages, mayInstallPackages, missingDebianPackages } from '@pilothouse/start/debian';

/** What the real-parts tests run on: a database, a browser with CJK letters, and what a Kubernetes node calls. */
const packages = [
  'mariadb-server-core',
  'chromium',
  'fonts-noto-cjk',
  'runc',
  'containernetworking-plugins',
  'busybox-static',
  'iproute2',
];

/** Installs packages and builds Kubernetes where they are missing; what cannot be had is said, and the tests tell. */
export async function prepareMachine(): Promise<void> {
  if (mayInstallPackages()) {
    const missing = missingDebianPackages(packages);
    if (missing.length > 0) {
      console.log(`Installing ${missing.join(' ')}`);
      installDebianPackages(missing);
    }
  }
  if (!(await goAvailable())) {
    console.log('No Go on this machine: local clusters cannot be built.');
    return;
  }
  let step = '';
  await buildTools({
    onProgress(progress) {
      if (progress.step === step) return;
      step = progress.step;
      console.log(`Building ${step} (${progress.done + 1} of ${progress.total})`);
    },
  });
}

/** Who may import whom; design in one place, checked by `npm run check`. */
const tests = '(\\.(test|e2e)\\.ts$|/testing/|^tools/control-plane/src/(testing|vitest-global-setup)\\.ts$)';

/** @type {(name: string, comment: string, from: object, to: object) => object} */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const packageMayImport = (folder, allowed) =>
  forbid(
    `${folder.replace('/', '-')}-imports`,
    `${folder} imports ${allowed.length === 0 ? 'no other part' : allowed.join(', ')} only`,
    { path: `^${folder}/`, pathNot: tests },
    { path: '^(apps|packages|tools|e2e)/', pathNot: `^(${[folder, ...allowed].join('|')})/` },
  );

/** From the pages that know everything down to what knows nothing of pages. */
const webLayers = ['app', 'features', 'resources', 'components', 'api'];

const webLayerMayImport = (layer, index) =>
  forbid(
    `web-${layer}-imports`,
    `apps/web: ${webLayers.join(' -> ')}, never back`,
    { path: `^apps/web/src/${layer}/`, pathNot: tests },
    { path: '^apps/web/src/', pathNot: `^apps/web/src/(${webLayers.slice(index).join('|')})/` },
  );

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    packageMayImport('packages/contract', []),
    packageMayImport('packages/kinds', []),
    // types only: it names no value of theirs
    packageMayImport('packages/manifests', ['packages/contract', 'packages/kinds']),
    packageMayImport('packages/kube', ['packages/kinds']),
    packageMayImport('apps/web', ['packages/contract', 'packages/kinds', 'packages/manifests']),
    packageMayImport('apps/api', [
      'packages/contract',
      'packages/kinds',
      'packages/kube',
      'packages/manifests',
      'tools/control-plane',
    ]),
    packageMayImport('tools/control-plane', []),
    packageMayImport('tools/start', []),
    ...webLayers.map(webLayerMayImport),
    forbid(
      'pages-do-not-import-each-other',
      'What two features of the web share is a component',
      { path: '^apps/web/src/features/([^/]+)/', pathNot: tests },
      { path: '^apps/web/src/features/', pathNot: '^apps/web/src/features/$1/' },
    ),
    forbid(
      'demo-alone-starts-clusters',
      'Of the platform only the demo knows that local clusters can be built',
      {
        path: '^apps/api/',
        pathNot: ['^apps/api/src/features/demo/', '^apps/api/src/container\\.ts$', tests],
      },
      { path: '^tools/control-plane/' },
    ),
    forbid(
      'no-circles',
      'A circle has no direction',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid(
      'features-meet-in-the-container',
      'A feature does not import another; container.ts hands them to each other',
      { path: '^apps/api/src/features/([^/]+)/', pathNot: tests },
      { path: '^apps/api/src/features/', pathNot: '^apps/api/src/features/$1/' },
    ),
    forbid(
      'nothing-imports-features-back',
      'features -> core -> audit, authz, clusters, db, http, operations, ws; never back',
      { path: '^apps/api/src/', pathNot: ['^apps/api/src/(features/|(container|main|admin)\\.ts$)', tests] },
      { path: '^apps/api/src/features/' },
    ),
    forbid(
      'container-constructs',
      'container.ts constructs the core, and features on it; only main.ts and tests start from there',
      { path: '^apps/api/src/', pathNot: ['^apps/api/src/(main|admin|app)\\.ts$', tests] },
      { path: '^apps/api/src/(main|container)\\.ts$' },
    ),
    forbid(
      'features-are-given-the-core',
      'A feature is built from the core that it is given',
      { path: '^apps/api/src/', pathNot: ['^apps/api/src/container\\.ts$', tests] },
      { path: '^apps/api/src/core\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'prisma-stays-in-repositories',
      'Only db/ and repositories import the database client; that nobody else calls it is for the linter to see',
      { path: '^apps/api/src/', pathNot: ['^apps/api/src/db/', '\\.repository\\.ts$', tests] },
      { path: ['^apps/api/src/db/generated/', '@prisma/'] },
    ),
    forbid(
      'mysql-stays-in-db',
      'SQL beside Prisma is for migrations and locks, in db/',
      { path: '^apps/api/src/', pathNot: ['^apps/api/src/db/', tests] },
      { path: '/node_modules/mysql2/' },
    ),
    forbid(
      'kube-alone-talks-to-clusters',
      'Whatever goes to a cluster goes through packages/kube: deadlines, address policy and audit ids hold there',
      { path: '^(apps|packages)/', pathNot: ['^packages/kube/', tests] },
      { path: '/node_modules/(@kubernetes/client-node|undici)/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'kinds-is-pure',
      'Descriptors run in the browser as well',
      { path: '^packages/(kinds|contract|manifests)/src/', pathNot: tests },
      { dependencyTypes: ['core'] },
    ),
    forbid('no-unresolvable', 'An import that leads nowhere', {}, { couldNotResolve: true }),
    forbid(
      'no-tests-in-the-product',
      'The product does not import what is for tests',
      { path: '^(apps|packages)/[^/]+/src/', pathNot: tests },
      { path: tests },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/coverage/'] },
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.vue', '.json', '.d.ts'],
    },
  },
};

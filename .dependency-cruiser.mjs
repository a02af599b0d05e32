/**
 * Who may import whom (docs/architecture.md). test/architecture.spec.ts seeds a violation of each rule and sees it
 * caught: a rule that is added here needs one there.
 */

const tests = String.raw`\.(spec|int-spec|e2e-spec)\.ts$|^(apps|libs)/[^/]+/test/|^test/`;
const production = String.raw`^(apps|libs/(?!testing/)[^/]+)/`;
const ioNames = 'fs|http|https|http2|net|tls|dgram|dns|child_process|cluster|worker_threads|process';
const ioModules = `^(node:)?(${ioNames})(/|$)`;
/** Core modules are the only paths without a dot. */
const coreModules = '^(node:)?[a-z0-9_/]+$';
const ioPackages = 'node_modules/(pg|kafkajs|undici|dataloader|umzug|@nestjs/microservices|@fastify/[^/]+|fastify)/';
const sdks = 'node_modules/(@sendgrid/[^/]+|twilio|resend)/';
const io = [ioModules, ioPackages, sdks];

/** Left out of the image by deploy/docker/Dockerfile.dockerignore. */
const onlyInACheckout = String.raw`^apps/cli/src/(stack/|send/|commands/checkout/|checkout\.ts$)`;

/** What only brings types is gone at run time and can do nothing. */
const atRunTime = { dependencyTypesNot: ['type-only'] };

/** Each library and the ones it may stand on. */
const foundations = {
  contracts: [],
  batching: [],
  custody: ['contracts'],
  telemetry: ['contracts'],
  templates: ['contracts'],
  providers: ['contracts'],
  'provider-http': ['contracts', 'providers'],
  persistence: ['contracts', 'batching'],
  transport: ['contracts', 'telemetry', 'batching'],
  runtime: ['contracts', 'custody', 'providers', 'telemetry', 'persistence', 'transport'],
  'delivery-tables': ['contracts', 'persistence'],
  delivery: [
    'contracts',
    'custody',
    'providers',
    'provider-http',
    'delivery-tables',
    'telemetry',
    'batching',
    'persistence',
    'transport',
    'runtime',
  ],
  operations: ['contracts', 'custody', 'providers', 'telemetry', 'persistence', 'runtime', 'delivery'],
};

const libraryDirections = Object.entries(foundations).map(([library, below]) => ({
  name: `direction-of-${library}`,
  comment:
    `libs/${library} stands on ${below.join(', ') || 'nothing'} only: contracts, batching ← telemetry, templates, ` +
    'persistence, transport ← runtime ← delivery ← operations ← apps.',
  severity: 'error',
  from: { path: `^libs/${library}/`, pathNot: tests },
  to: { path: '^(libs|apps)/', pathNot: `^libs/(${[library, ...below].join('|')})/` },
}));

export default {
  forbidden: [
    ...libraryDirections,
    {
      name: 'contracts-are-pure',
      comment:
        'libs/contracts is what anyone may read: zod, node:crypto, node:url (domains in ASCII), the numbering ' +
        'plans and types, nothing else.',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: tests },
      to: {
        pathNot: ['^libs/', '^apps/', 'node_modules/(zod|libphonenumber-js)/', '^(node:)?(crypto|url)$'],
        ...atRunTime,
      },
    },
    {
      name: 'providers-are-pure',
      comment: 'libs/providers is what rules about providers read: contracts and types, nothing else.',
      severity: 'error',
      from: { path: '^libs/providers/', pathNot: tests },
      to: {
        pathNot: ['^libs/(contracts|providers)/', 'node_modules/zod/', '^(node:)?(crypto|url)$'],
        ...atRunTime,
      },
    },
    {
      name: 'definitions-without-nest',
      comment:
        'Tools load the definitions of the providers and the tables as they stand, by stripping their types: ' +
        'decorators are no TypeScript that can be stripped, so what holds them may only be known by its types.',
      severity: 'error',
      from: { path: ['^apps/cli/', '^apps/[^/]+/src/providers/', String.raw`\.migrations\.ts$`], pathNot: tests },
      to: { path: '^libs/(runtime|delivery|operations)/', ...atRunTime },
    },
    {
      name: 'policies-are-pure',
      comment:
        'A policy is values in, values out: other policies, contracts, tables, zod, the numbering plans and the ' +
        'ranges of addresses; of anything else only types.',
      severity: 'error',
      from: { path: String.raw`\.policy\.ts$` },
      to: {
        path: [
          'node_modules/',
          coreModules,
          '^libs/[^/]+/src/index',
          String.raw`\.(service|store|adapter|consumer|controller|module|config|webhook)\.ts$`,
        ],
        pathNot: [
          '^libs/(contracts|providers)/',
          String.raw`node_modules/(zod|libphonenumber-js|ipaddr\.js)/`,
          '^(node:)?(crypto|url|querystring|buffer)$',
        ],
        ...atRunTime,
      },
    },
    {
      name: 'services-do-no-io',
      comment: 'A service orders the steps: drivers, SDKs, files and sockets are not its business.',
      severity: 'error',
      from: { path: String.raw`\.service\.ts$` },
      to: { path: io, ...atRunTime },
    },
    {
      name: 'services-know-ports',
      comment: 'A service knows the port; which store or adapter stands behind it is the module’s choice.',
      severity: 'error',
      // The sandbox is itself a stand-in: one store in memory and one way out need no port.
      from: { path: String.raw`\.service\.ts$`, pathNot: '^apps/sandbox/' },
      to: { path: String.raw`\.(store|adapter)\.ts$` },
    },
    {
      name: 'io-where-the-name-says',
      comment:
        'Only *.store, *.adapter, *.webhook, *.consumer, *.controller, *.filter, *.module, *.config and main ' +
        'touch the outside, so that one sees it from the name. The command line is an outside of its own.',
      severity: 'error',
      from: {
        path: '^(apps/[^/]+|libs/delivery)/src/',
        pathNot: [
          tests,
          '^apps/cli/',
          String.raw`\.(store|adapter|webhook|consumer|controller|filter|module|config)\.ts$`,
          String.raw`/main\.ts$`,
        ],
      },
      to: { path: io, ...atRunTime },
    },
    {
      name: 'no-app-imports-another',
      comment: 'Services meet in Kafka only; what two of them need is a library.',
      severity: 'error',
      // The command line shows and steers what the services define.
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/cli/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-provider-imports-another',
      comment: 'One provider is one folder, and can be removed with it.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/providers/([^/]+)/' },
      to: { path: '^apps/[^/]+/src/providers/[^/]+/', pathNot: '^apps/[^/]+/src/providers/$1/' },
    },
    {
      name: 'providers-through-their-catalogue',
      comment: 'Nothing above providers/ knows one of them: the catalogue does.',
      severity: 'error',
      from: { path: '^apps/(email|sms)/src/', pathNot: [tests, '^apps/[^/]+/src/providers/'] },
      to: { path: '^apps/[^/]+/src/providers/[^/]+/' },
    },
    {
      name: 'no-simulator-imports-another',
      comment: 'One simulator is one folder, and can be removed with it.',
      severity: 'error',
      from: { path: '^apps/sandbox/src/simulators/([^/]+)/' },
      to: { path: '^apps/sandbox/src/simulators/[^/]+/', pathNot: '^apps/sandbox/src/simulators/$1/' },
    },
    {
      name: 'sandbox-core-knows-no-simulator',
      comment: 'What the core and the page know of a provider is ProviderSimulator.',
      severity: 'error',
      from: { path: '^apps/sandbox/src/(core|page)/', pathNot: tests },
      to: { path: '^apps/sandbox/src/simulators/' },
    },
    {
      name: 'sdk-only-in-its-adapter',
      comment:
        'Only *.adapter.ts and *.webhook.ts (or *.webhook.controller.ts) inside a provider’s folder run its SDK; ' +
        'its types may be known.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: [tests, String.raw`^apps/[^/]+/src/providers/.*[./](adapter|webhook|webhook\.controller)\.ts$`],
      },
      to: { path: sdks, ...atRunTime },
    },
    {
      name: 'sdk-of-its-own-provider',
      comment: 'A provider’s folder imports no other provider’s SDK.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/providers/([^/]+)/' },
      to: { path: sdks, pathNot: 'node_modules/@?$1/' },
    },
    {
      name: 'libraries-through-their-index',
      comment: 'From outside a library is `#libs/<name>`: what its index does not export is its own affair.',
      severity: 'error',
      from: { path: '^(libs/[^/]+|apps|tools|test|bench)/' },
      to: { path: '^libs/', pathNot: ['^$1/', '^libs/[^/]+/src/index.ts$'] },
    },
    {
      name: 'libraries-by-their-name',
      comment: 'A library is imported as `#libs/<name>`, not by a path.',
      severity: 'error',
      from: { path: '^(libs/[^/]+|apps|tools|test|bench)/' },
      to: { path: '^libs/', pathNot: '^$1/', dependencyTypesNot: ['aliased-subpath-import'] },
    },
    {
      name: 'own-library-by-relative-paths',
      comment: 'Inside a library files import each other, not its index: that would be a cycle.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/', pathNot: tests },
      to: { path: '^libs/$1/src/index.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one, or need a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'testing-only-in-tests',
      comment: 'libs/testing is not part of what is shipped.',
      severity: 'error',
      from: { pathNot: [tests, '^libs/testing/'] },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'production-stands-alone',
      comment: 'What is shipped imports neither tools nor tests.',
      severity: 'error',
      from: { path: production, pathNot: tests },
      to: { path: ['^(tools|test|bench)/', tests] },
    },
    {
      name: 'operator-commands-without-the-local-system',
      comment: 'What operators run in the image knows neither the local system nor the commands of a checkout.',
      severity: 'error',
      from: { path: '^apps/cli/src/', pathNot: [tests, onlyInACheckout] },
      to: { path: [onlyInACheckout, '^apps/sandbox/'] },
    },
    {
      name: 'production-without-dev-packages',
      comment: 'A package that is only installed for development is not there in production.',
      severity: 'error',
      from: { path: production, pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], ...atRunTime },
    },
    {
      name: 'nothing-unresolved',
      comment: 'An import that leads nowhere would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: ['^dist/', '/target/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    // Without these `#libs` resolves into dist, and every rule passes whatever the sources do.
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};

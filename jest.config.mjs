/**
 * Three kinds of test, told apart by suffix: spec (no I/O), int-spec (one real service), e2e-spec (the running system).
 */
const base = {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
};

export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      // Templates compile and fuzz runs take seconds where another job has the other core.
      setupFilesAfterEnv: ['<rootDir>/test/setup/timeout.ts'],
      testMatch: ['<rootDir>/{apps,libs,tools,test}/**/*.spec.ts'],
    },
    {
      ...base,
      displayName: 'integration',
      setupFilesAfterEnv: ['<rootDir>/test/setup/timeout.ts'],
      testMatch: ['<rootDir>/{apps,libs,tools,test}/**/*.int-spec.ts'],
      globalSetup: '<rootDir>/test/setup/services.setup.ts',
      globalTeardown: '<rootDir>/test/setup/services.teardown.ts',
    },
    {
      ...base,
      displayName: 'e2e',
      setupFilesAfterEnv: ['<rootDir>/test/setup/timeout.ts'],
      testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/setup/system.setup.ts',
      globalTeardown: '<rootDir>/test/setup/system.teardown.ts',
    },
    {
      ...base,
      // Each test brings a system of its own and breaks it (docs/chaos.md).
      displayName: 'chaos',
      setupFilesAfterEnv: ['<rootDir>/test/setup/timeout.ts'],
      testMatch: ['<rootDir>/test/chaos/**/*.e2e-spec.ts'],
    },
  ],
};

// MJML 5 has no types: these are the parts that are used.
declare module 'mjml-core' {
  interface MjmlError {
    line?: number;
    message: string;
    tagName?: string;
    formattedMessage: string;
  }
  interface MjmlOptions {
    presets: object[];
    filePath: string;
    actualPath: string;
    includePath: string[];
    ignoreIncludes: boolean;
    validationLevel: 'strict' | 'soft' | 'skip';
    keepComments: boolean;
    fonts: Record<string, string>;
  }
  const core: { default: (source: string, options: MjmlOptions) => Promise<{ html: string; errors: MjmlError[] }> };
  export default core;
}

declare module 'mjml-preset-core' {
  const preset: object;
  export default preset;
}

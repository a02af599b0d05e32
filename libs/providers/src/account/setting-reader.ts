/**
 * Reads one variable of the environment for tools: `NAME`, or the file that `NAME_FILE` names. Undefined: unset or
 * empty.
 */
export type SettingReader = (name: string) => string | undefined;

/** The values of a setting that is a list, separated by commas. */
export const listedIn = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** A variable that only tools read, such as a key for the doctor. */
export interface ToolSetting {
  name: string;
  meaning: string;
  standard?: string;
  secret?: boolean;
}

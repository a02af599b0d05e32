import type { FactoryProvider, InjectionToken } from '@nestjs/common';

declare const gives: unique symbol;
/** A token whose type says what Nest injects for it. */
export interface Gives<T> {
  readonly [gives]?: T;
}
/** A token for what has no class. */
export type Token<T> = symbol & Gives<T>;
/** @param meaning shown by Nest where nobody provides it */
export const tokenOf = <T>(meaning: string): Token<T> => Symbol(meaning);

type Parts = Readonly<Record<string, InjectionToken & (Gives<unknown> | { prototype: unknown })>>;
type Given<P extends Parts> = {
  [Name in keyof P]: P[Name] extends { prototype: infer T } ? T : P[Name] extends Gives<infer T> ? T : never;
};

/**
 * A Nest provider that is made of others. Each part has a name, so that a plain class with one options object needs no
 * list of arguments in the right order.
 * @param parts the tokens of what it needs, by name
 */
export const made = <T, P extends Parts>(
  provide: InjectionToken<T>,
  parts: P,
  make: (given: Given<P>) => T | Promise<T>,
): FactoryProvider<T> => ({
  provide,
  inject: Object.values(parts),
  useFactory: (...given: unknown[]) =>
    make(Object.fromEntries(Object.keys(parts).map((name, at) => [name, given[at]])) as Given<P>),
});

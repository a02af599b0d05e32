import { type ControlChanged, type ControlTarget, operationWordId } from '#libs/contracts';
import type { Tenants } from '../access/caller.policy.ts';

/** A control as it is kept. */
export interface ControlRow {
  key: string;
  /** As it is published. */
  value: ControlChanged;
  tenants: Tenants;
  /** It is in force now. */
  isInForce: boolean;
  changedAt: Date;
  isPublished: boolean;
}

/** Whose messages a pause is about. */
export const tenantsOfTarget = (target: ControlTarget): Tenants => (target.kind === 'tenant' ? [target.tenant] : 'all');

/** Whose messages a control is about. */
export function tenantsOf(value: ControlChanged): Tenants {
  if (value.kind === 'pause') return tenantsOfTarget(value.target);
  return value.kind === 'cancel' && value.rule.tenant !== undefined ? [value.rule.tenant] : 'all';
}

/** The same change under another number. Its id depends on operation and number alone: a repeat has the same. */
export const numbered = (value: ControlChanged, seq: number): ControlChanged => ({
  ...value,
  seq,
  eventId: wordIdOf(value.operationId, seq),
});

export const wordIdOf = (operationId: string, seq: number): string =>
  operationWordId({ operationId, service: 'reporting', seq });

import { type ControlTarget, MOST_CONTROLS, wordsOfTarget } from '#libs/contracts';
import type { Problem } from '#libs/runtime';
import { ConflictException, ForbiddenException, type HttpException, NotFoundException } from '@nestjs/common';
import type { ControlRow } from './control.ts';

/** @param field what names the tenants */
export function beyondYourTenants(field: string): HttpException {
  const rule = 'concerns messages of tenants that you do not see';
  const problem: Problem = {
    code: 'MSG_FORBIDDEN',
    message: `${field}: ${rule}`,
    remedy: 'Name one of your own tenants, or let somebody do it whose key sees all tenants.',
    fields: [{ field, rule }],
  };
  return new ForbiddenException(problem);
}

export function notPaused(target: ControlTarget, known: ControlRow | undefined): HttpException {
  const problem: Problem = {
    code: 'MSG_NOT_PAUSED',
    message: `${wordsOfTarget(target)} is not paused${known ? `: ${howItEnded(known)}` : ''}`,
    remedy: 'Look at what is: messaging controls. What keeps a message back is in its timeline.',
  };
  return new ConflictException(problem);
}

function howItEnded({ value }: ControlRow): string {
  if (value.kind === 'pause' && value.state === 'on') return `its pause ended at ${value.until}`;
  return `it was resumed at ${value.at}`;
}

export function noSuchCancellation(): HttpException {
  const problem: Problem = {
    code: 'MSG_NOT_FOUND',
    message: 'there is no such cancellation by filter',
    remedy: 'Name it by its operationId: messaging controls --all lists them.',
  };
  return new NotFoundException(problem);
}

/** It is over, or was withdrawn: it ends nothing any more. */
export function notInForce({ value }: ControlRow): HttpException {
  const withdrawn = value.kind === 'cancel' && value.state === 'off';
  const problem: Problem = {
    code: 'MSG_NOT_IN_FORCE',
    message: `the cancellation is not in force: it ${withdrawn ? `was withdrawn at ${value.at}` : 'is over'}`,
    remedy: 'Nothing has to be withdrawn. What it has ended stays ended.',
  };
  return new ConflictException(problem);
}

export function tooManyControls(): HttpException {
  const problem: Problem = {
    code: 'MSG_TOO_MANY_CONTROLS',
    message: `${MOST_CONTROLS} controls are in force: each message is held against all of them`,
    remedy: 'Resume what need not be paused any more (messaging controls), or use a wider filter instead of many.',
  };
  return new ConflictException(problem);
}

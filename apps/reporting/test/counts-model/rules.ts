/** The rules of docs/adr/0048 that can be left out, one by one. */
export interface Rules {
  /** What a message leaves is the very cell that its row keeps, not what its facts say now. */
  storedCell: boolean;
  /** A provider's word and an engagement make no message: they wait for it, and go after a while. */
  receiptsWait: boolean;
  /** Facts lie in the period of their message, not in that of their own time. */
  ownPeriod: boolean;
  /** A day that has lost messages is never counted anew. */
  keepFinal: boolean;
  /** Waiting facts are joined as soon as their message is made. */
  waitingJoin: boolean;
  /** While a day is counted anew nobody counts: reading and writing are one step. */
  aloneWhileRecounting: boolean;
  /** What a value was counted as stays, while others fill the list of those that are counted apart. */
  keptValues: boolean;
  /** Of one engagement of one message so many facts are kept. */
  engagementBound: boolean;
  /** An attempt is counted once, by its new fact. */
  attemptsOnce: boolean;
}

export const allRules: Rules = {
  storedCell: true,
  receiptsWait: true,
  ownPeriod: true,
  keepFinal: true,
  waitingJoin: true,
  aloneWhileRecounting: true,
  keptValues: true,
  engagementBound: true,
  attemptsOnce: true,
};

export const violations = {
  cells: 'a cell is not what its messages say',
  messages: 'more messages are counted than were asked for',
  fewer: 'a message that was asked for is not counted',
  state: 'a message is not counted as all of its facts say',
  moved: 'a message moves since others came between',
  attempts: 'attempts are not what was reported',
  engagements: 'more facts of an engagement are kept than are bound to be',
} as const;

/** Each rule left out, and what then shows at the latest after all histories. */
export const seededBugs: Readonly<Record<string, { rules: Rules; shows: string }>> = {
  'the cell that is left is made anew from the facts': {
    rules: { ...allRules, storedCell: false },
    shows: violations.cells,
  },
  'a receipt makes a message': { rules: { ...allRules, receiptsWait: false }, shows: violations.messages },
  'facts lie in the period of their own time': { rules: { ...allRules, ownPeriod: false }, shows: violations.attempts },
  'a day is counted anew although messages of it are gone': {
    rules: { ...allRules, keepFinal: false },
    shows: violations.cells,
  },
  'facts that wait are not joined': { rules: { ...allRules, waitingJoin: false }, shows: violations.state },
  'facts are projected while a day is counted anew': {
    rules: { ...allRules, aloneWhileRecounting: false },
    shows: violations.cells,
  },
  'a value is judged anew each time': { rules: { ...allRules, keptValues: false }, shows: violations.moved },
  'every engagement is kept': { rules: { ...allRules, engagementBound: false }, shows: violations.engagements },
  'a repeat counts as an attempt': { rules: { ...allRules, attemptsOnce: false }, shows: violations.attempts },
};

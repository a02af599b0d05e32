import { controlMigration as tableOfControls } from '#libs/persistence';

/** What operators have paused or cancelled by filter: read with each claim. */
export const controlMigration = tableOfControls('013-control');

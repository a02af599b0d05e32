import { runService } from '#libs/runtime';
import { retryService } from './retry.definition.ts';

void runService(retryService);

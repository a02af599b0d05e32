import 'reflect-metadata';
import { runService } from '#libs/runtime';
import { reporting } from './reporting.definition.ts';

void runService(reporting);

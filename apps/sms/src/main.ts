import 'reflect-metadata';
import { runService } from '#libs/runtime';
import { smsService } from './sms.definition.ts';

void runService(smsService);

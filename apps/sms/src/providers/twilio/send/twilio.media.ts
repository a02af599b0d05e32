import type { MediaLimits } from '../../../content/media.policy.ts';
import { twilioLimits } from './twilio.limits.ts';

/** Twilio's rules for media; the sources are in twilioLimits. */
export const twilioMedia: MediaLimits = {
  mmsBytes: twilioLimits.mmsBytes.most,
  mmsPictureBytes: twilioLimits.pictureBytes.most,
  mmsOtherBytes: twilioLimits.otherBytes.most,
  whatsappBytes: twilioLimits.whatsappBytes.most,
  whatsappPictureBytes: twilioLimits.whatsappPictureBytes.most,
  whatsappFiles: twilioLimits.whatsappMedia.most,
  whatsappTypes: new Set([
    'image/jpeg',
    'image/jpg',
    'image/png',
    'image/webp',
    'audio/ogg',
    'audio/amr',
    'audio/3gpp',
    'audio/aac',
    'audio/mpeg',
    'video/mp4',
    'video/3gpp',
  ]),
};

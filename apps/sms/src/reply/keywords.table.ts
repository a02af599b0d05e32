/** The keywords of one language. Case, accents, punctuation, blanks and emoji do not matter. */
export interface LanguageWords {
  /** The whole reply is this word, and was meant as an answer to us. */
  stop?: readonly string[] | undefined;
  start?: readonly string[] | undefined;
  help?: readonly string[] | undefined;
  /** Whole replies of several words that can hardly mean anything else: reported as inferred. */
  stopPhrases?: readonly string[] | undefined;
}

/**
 * By language (ISO 639-1). Sources:
 * - en: 47 CFR 64.1200(a)(10), the FCC's words by which consent is revoked: stop, quit, end, revoke, opt out, cancel,
 *   unsubscribe; Twilio's standard words (twilio.com/docs/messaging/tutorials/advanced-opt-out), among them STOPALL, OPTOUT,
 *   START, YES, UNSTOP, HELP, INFO; the word REMOVE that AWS asks of numbers in the United States and Canada
 *   (docs.aws.amazon.com/sms-voice/latest/userguide/keywords-required.html).
 * - fr: ARRET, which Canadian carriers ask for beside STOP (the same page of AWS; the CWTA's short code guidelines).
 * - The others: the everyday words for stop, cancel and unsubscribe of each language. No rule names them; a single-word reply
 *   to a sender of ours means nothing else. Common answers to a
 *   question (no, nein, fine) are left out, and so are words that without their marks are names (Dũng, Huy) or mean something
 *   else in another language. Few words ask to be written to again: that has to be said clearly.
 */
export const standardKeywords: Readonly<Record<string, LanguageWords>> = {
  en: {
    stop: ['stop', 'stop all', 'quit', 'end', 'revoke', 'opt out', 'cancel', 'unsubscribe', 'remove'],
    start: ['start', 'yes', 'unstop'],
    help: ['help', 'info'],
    stopPhrases: [
      'stop please', 'please stop', 'stop it', 'please stop it', 'stop now', 'stop this', 'stop texting', 'stop texting me', 'please stop texting me', 'stop messaging me',
      'stop sending me texts', 'stop sending me messages', 'stop sending messages', 'stop these messages', 'stop messages', 'stop texts', 'stop contacting me',
      'do not text me', 'dont text me', 'do not text me again', 'dont text me again', 'do not contact me', 'dont contact me', 'do not message me', 'dont message me',
      'no more texts', 'no more messages', 'opt me out', 'unsubscribe me', 'please unsubscribe', 'please unsubscribe me', 'remove me', 'please remove me', 'remove my number',
      'take me off', 'take me off your list', 'take me off this list', 'remove me from your list', 'remove me from this list', 'leave me alone', 'i want to opt out', 'i want to unsubscribe',
    ],
  },
  fr: { stop: ['arret', 'arrêter', 'arrêtez', 'désabonner', 'désinscrire', 'désinscription', 'résilier'], start: ['réabonner'], stopPhrases: ['arrêtez svp', 'stop svp', 'ne plus recevoir', 'plus de messages', 'me désabonner', 'me désinscrire'] },
  es: { stop: ['alto', 'parar', 'pare', 'baja', 'detener', 'cancelar', 'desuscribir', 'salir'], start: ['alta'], stopPhrases: ['no más mensajes', 'darme de baja', 'dar de baja', 'no me escriban más', 'no me escribas más'] },
  pt: { stop: ['parar', 'pare', 'sair', 'cancelar', 'descadastrar', 'remover'], stopPhrases: ['não quero receber', 'não quero mais receber', 'pare de enviar'] },
  de: { stop: ['stopp', 'halt', 'abmelden', 'abbestellen', 'austragen', 'kündigen', 'beenden'], start: ['anmelden'], stopPhrases: ['bitte abmelden', 'keine nachrichten mehr', 'keine sms mehr', 'bitte keine nachrichten mehr', 'bitte stopp', 'bitte stop'] },
  it: { stop: ['ferma', 'fermare', 'annulla', 'cancella', 'disiscrivi', 'disiscrivimi'], stopPhrases: ['niente più messaggi', 'basta messaggi'] },
  nl: { stop: ['afmelden', 'uitschrijven', 'stoppen', 'opzeggen'], start: ['aanmelden'], stopPhrases: ['geen berichten meer', 'graag afmelden'] },
  pl: { stop: ['rezygnuję', 'wypisz', 'anuluj', 'zatrzymaj', 'koniec'], stopPhrases: ['proszę nie pisać', 'nie chcę wiadomości'] },
  sv: { stop: ['stopp', 'avsluta', 'avregistrera'], stopPhrases: ['inga fler meddelanden'] },
  da: { stop: ['afmeld', 'frameld'], stopPhrases: ['ikke flere beskeder'] },
  nb: { stop: ['stopp', 'avslutt', 'avmeld'], stopPhrases: ['ikke flere meldinger'] },
  fi: { stop: ['lopeta', 'peruuta'] },
  cs: { stop: ['odhlásit', 'zrušit', 'konec'] },
  hu: { stop: ['leiratkozás', 'leiratkozom', 'állj'] },
  ro: { stop: ['dezabonare', 'anulează'] },
  tr: { stop: ['dur', 'durdur', 'iptal', 'ret'] },
  el: { stop: ['τέλος', 'διακοπή', 'διαγραφή'] },
  ru: { stop: ['стоп', 'отписаться', 'отписка', 'отмена'], start: ['старт'] },
  uk: { stop: ['стоп', 'відписатися', 'скасувати'], start: ['старт'] },
  ar: { stop: ['توقف', 'قف', 'إلغاء', 'إيقاف'] },
  he: { stop: ['הסר', 'עצור', 'הפסק'] },
  hi: { stop: ['रोकें', 'बंद', 'रुको'] },
  zh: { stop: ['停止', '退订', '退訂', '取消'] },
  ja: { stop: ['停止', '配信停止', '解除', 'ストップ'] },
  ko: { stop: ['중지', '정지', '수신거부', '취소'] },
  vi: { stop: ['từ chối', 'ngừng'] },
  id: { stop: ['berhenti', 'batal'] },
  th: { stop: ['หยุด', 'ยกเลิก'] },
};

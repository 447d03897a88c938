import { TOKEN_PREFIX } from '@libby-dialer/libby-simulator';

/** Planted where secrets and personal data enter; where else they turn up, something leaks. */
export const CANARIES = {
  clientSecret: 'canary-secret/of=the&client+47',
  /** Every token of the simulator begins like this. */
  token: TOKEN_PREFIX,
  /** The campaign's own number. */
  line: '+15055550100',
  /** And those that it may have besides. */
  lines: ['+15055550100', '+15055550101', '+15055550102'],
  /** That of the small campaigns. */
  smallLine: '+15055550103',
  name: 'Quetzalcoatl Canary',
} as const;

import { createHash } from 'node:crypto';
import {
  type Campaign,
  type FormHeading,
  MAX_PHONE_COLUMNS,
  RECORD_FIELDS,
  type RecordField,
  variableKey,
} from '@libby-dialer/dialing';
import { ListError } from '../list-error.ts';
import type { ListIdentity } from '../list-row.ts';
import type { ColumnField, ColumnOffer, Columns, ColumnUse } from './columns.ts';
import { quotedHeading } from './quoted-heading.ts';

/** Headings, squashed, under which a row names the country, or the calling code, of its number. */
export const COUNTRY_HEADINGS: ReadonlySet<string> = new Set(
  `phonecode phonecountry phonecountrycode callingcode countrycallingcode dialcode dialingcode diallingcode countrydialcode
  countrycode country countryname countryregion mailingcountry billingcountry homecountryregion businesscountryregion
  land landcode laendervorwahl landervorwahl landesvorwahl pays codepays indicatif indicatifpays
  pais codigopais codigodepais paese nazione prefissointernazionale`.split(/\s+/),
);

/**
 * Headings, squashed, of the person's time zone, beside the field's own name. Overlooked, somebody
 * who took their number along would be called by the hours of where they came from.
 */
const TIMEZONE_HEADINGS: ReadonlySet<string> = new Set(
  `tz timezonename timezoneid ianatimezone localtimezone contacttimezone leadtimezone customertimezone
  zeitzone fuseauhoraire zonahoraria husohorario fusohorario fusoorario tijdzone`.split(/\s+/),
);

/** Headings, squashed, under which a CRM keeps who must not be called. Entries of records too. */
export const DO_NOT_CALL_HEADINGS: ReadonlySet<string> = new Set(
  `donotcall donotcallme donotphone donotcontact donotcallflag nocall nocalls dnc dncflag dncstatus isdnc dnd optout
  donotcallyn dnclist dncregistry federaldnc statednc phonednc phone1dnc optoutofcalls callsoptedout phoneoptoutdate
  optedout hasoptedout phoneoptout calloptout calloptedout voiceoptout hasoptedoutofcalls optedoutofcalls
  hasoptedoutofphone optedoutofphone donotallowphonecalls donotcallreg donotcallregistry robinsonliste werbesperre
  anrufsperre nichtanrufen nichtkontaktieren keineanrufe nollamar nepasappeler nonchiamare nietbellen naoligar`.split(
    /\s+/,
  ),
);

/**
 * Headings, squashed, under which programs export their own name of a person: `Record ID`
 * (HubSpot), `Contact ID` and `Lead ID` (Salesforce, GoHighLevel), `vendor_lead_code` (VICIdial),
 * `id` (Facebook lead ads), `Person - ID` (Pipedrive).
 */
const ID_HEADINGS: ReadonlySet<string> = new Set(
  'recordid contactid leadid vendorleadcode personid customerid memberid id'.split(' '),
);

const EXTENSION_HEADINGS: ReadonlySet<string> = new Set(
  'ext extn extension phoneext phoneextension telephoneextension workphoneextension durchwahl'.split(
    ' ',
  ),
);

/** It may be anything: the phone only where no other heading speaks of one. */
const VAGUE_PHONE_HEADING = 'number';
const PHONE_WORD = /phone|mobil|cell|tel(?!l)|handy|movil|fon|msisdn|rufnummer/;

/**
 * Headings that name the phone to be called, squashed. What a list may hold beside it (fax, work
 * phone type) is none.
 */
export const PHONE_HEADINGS: ReadonlySet<string> = new Set(
  `phone phonenumber phoneno phonenr phonenum phone1 primaryphone mainphone homephone workphone businessphone
  officephone dayphone daytimephone contactphone contactnumber customerphone clientphone phonehome phonework phonemobile
  mobile mobilephone mobilenumber mobileno mobilephonenumber cell cellphone cellnumber cellphonenumber cellular number
  telephone telephonenumber telephoneno tel telno telnumber msisdn tophone tonumber
  telefon telefonnummer telefonnr telnr telefonprivat telefonmobil rufnummer handy handynummer handynr mobil
  mobilnummer mobiltelefon mobilfunk mobilfunknummer
  telefono numerodetelefono numerotelefono numtelefono telefonomovil telefonocelular movil celular numerocelular
  numerodecelular numeromovil
  telefoon telefoonnummer telefoonnr mobiel mobielnummer cellulare numeroditelefono telefone numerodetelefone telemovel
  telephoneportable telephonemobile portable numeroportable numerodetelephone numerotelephone numtel numerodeportable gsm`.split(
    /\s+/,
  ),
);

/**
 * The main phones of programs that name them otherwise, squashed: `Phone 1 - Value` (Google
 * Contacts) and `Person - Phone - Mobile` (Pipedrive). Neither documents its export; these are the
 * headings that programs look for which read them. A list of people who must not be called has more
 * columns than its main ones, so there they count for nothing.
 *
 * These programs have headings that are known above:
 *
 * - HubSpot, `Phone Number`:
 *   https://developers.hubspot.com/blog/a-developers-guide-to-hubspot-crm-objects-contacts-object
 * - Salesforce, `Phone` and `Mobile Phone` of leads, `Business Phone` of contacts:
 *   https://help.salesforce.com/s/articleView?id=xcloud.field_mapping_for_importing_leads.htm
 * - Outlook, `Business Phone`, `Home Phone`, `Mobile Phone`, `Primary Phone`:
 *   https://support.microsoft.com/office/4518d70d-8fe9-46ad-94fa-1494247193c7
 * - Zoho CRM, `Phone` and `Mobile`:
 *   http://zohocrm.wiki.zoho.com/Zoho-CRM---Standard-Fields.html
 * - VICIdial, `phone_number`: https://vicidial.org/docs/NON-AGENT_API.txt
 * - Thunderbird, `Work Phone`, `Home Phone`, `Mobile Number`:
 *   comm-central, mailnews/import/test/unit/resources/basic_addressbook.csv
 */
const MAIN_PHONE_HEADINGS: readonly string[] =
  'phone1value personphone personphonework personphonehome personphonemobile'.split(' ');

const CLEAR_PHONE_HEADINGS: ReadonlySet<string> = new Set(
  [...PHONE_HEADINGS, ...MAIN_PHONE_HEADINGS].filter((heading) => heading !== VAGUE_PHONE_HEADING),
);

/**
 * Headings that make up a name, the first whose headings are all there wins. "Name" is the family
 * name beside "Vorname", the full name elsewhere.
 */
const NAME_HEADINGS: readonly (readonly string[])[] = `
  vorname name, voornaam naam, prenom nom,
  name, fullname, contactname, customername, clientname, personname, vollername, nombrecompleto, nomcomplet,
  firstname lastname, firstname surname, firstname familyname, givenname familyname, givenname surname, forename surname,
  vorname nachname, vorname familienname, prenom nomdefamille, nombre apellidos, nombre apellido,
  voornaam achternaam, nome cognome, nome sobrenome, nomecompleto, naam,
  contact, kontakt, contacto, nombre, nom, nome, firstname, givenname, forename, vorname, prenom, voornaam`
  .split(',')
  .map((headings) => headings.trim().split(' '));

/** Of all, in a message. */
const HEADINGS_SHOWN = 30;
/** To be copied. */
const HEADING_LENGTH_OFFERED = 60;

const TRAILER = ['line', 'code', 'reason'];
/** Behind it: which row of which list each was. Files of earlier versions have none of these. */
export const ORIGIN_HEADINGS = ['row', 'sheetRow', 'list', 'listHash'] as const;

/** Whether it is a phone number where a heading should stand. */
export function isNumber(heading: string): boolean {
  return /^\+?[\d\s().\-/]+$/.test(heading) && heading.replace(/\D/g, '').length >= 10;
}

/** What a campaign says of columns. */
type ColumnRules = Pick<Campaign, 'columns' | 'skipWhere' | 'onlyWhere'>;

/**
 * Without case, accents, blanks and punctuation: `To Phone-Number`, `to_phone_number` and
 * `toPhoneNumber` are one.
 */
export function squash(heading: string): string {
  return heading
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/**
 * Finds out which column is what: by the campaign's `columns`, then by the fields' own names, then
 * by the headings people use. Whom to call is never guessed: two columns that may be the phone are
 * an error. All others become form entries.
 *
 * "First name" and "Last name" without a full name are joined, and stay form entries too, as does a
 * column whose heading one of the campaign's placeholders asks for. A column that is a field is
 * there for texts alone, and not sent as an entry.
 * @param asked the keys (see `variableKey`) of the placeholders that must find their value in a
 * column
 */
export function resolveColumns(
  given: readonly string[],
  campaign: ColumnRules = {},
  asked: ReadonlySet<string> = new Set(),
): Columns {
  return new ColumnResolver(given).resolve(campaign, asked);
}

/** Short and stable: what a queued call names its list's form headings by. */
export function listHeadId(
  { list, listHash }: Partial<ListIdentity>,
  form: readonly FormHeading[],
): string {
  return createHash('sha256')
    .update(JSON.stringify([list, listHash, form]))
    .digest('base64url')
    .slice(0, 12);
}

/** How many of the headings are the list's own, without those that a rejects file has added. */
export function ownHeadingCount(headings: readonly string[]): number {
  const isOrigin = new Set<string>(ORIGIN_HEADINGS);
  const end = headings.findLastIndex((heading) => !isOrigin.has(heading.trim())) + 1;
  const own = end - TRAILER.length;
  const trailer = headings.slice(Math.max(0, own), end).map((heading) => heading.trim());
  return own > 0 && trailer.join() === TRAILER.join() ? own : headings.length;
}

class ColumnResolver {
  readonly #headings: readonly string[];
  /** Where each heading stands, by `variableKey` and squashed. */
  readonly #byKey: Positions;
  readonly #bySquashed: Positions;
  readonly #uses = new Map<ColumnUse, readonly number[]>();
  readonly #taken = new Set<number>();
  readonly #rejectedFor: number | undefined;

  constructor(given: readonly string[]) {
    const own = ownHeadingCount(given);
    this.#headings = given.slice(0, own).map((heading) => heading.trim());
    this.#byKey = positionsBy(this.#headings, variableKey);
    this.#bySquashed = positionsBy(this.#headings, squash);
    this.#rejectedFor = own < given.length ? own + TRAILER.indexOf('code') : undefined;
  }

  resolve(
    { columns: named = {}, skipWhere = {}, onlyWhere = {} }: ColumnRules,
    asked: ReadonlySet<string>,
  ): Columns {
    const { country, doNotCall, ...columns } = named;
    this.#refuseData();
    for (const [field, heading] of Object.entries(columns)) {
      if (heading !== null) this.#assignNamed(field as ColumnField | 'name', [heading].flat());
    }
    for (const field of RECORD_FIELDS)
      if (columns[field as ColumnField] === undefined) this.#assignByOwnName(field);
    if (!this.#uses.has('timezone') && columns.timezone !== null) this.#assignTimezone();
    if (!this.#uses.has('toPhoneNumber')) this.#take('toPhoneNumber', [this.#phone()]);
    if (!this.#uses.has('name') && columns.name !== null) this.#assignName();
    const form = this.#form(asked);
    this.#use('country', this.#asNamedOrHeaded('country', country, COUNTRY_HEADINGS));
    this.#use('doNotCall', this.#asNamedOrHeaded('doNotCall', doNotCall, DO_NOT_CALL_HEADINGS));
    this.#use('extension', this.#headedAny(EXTENSION_HEADINGS));
    this.#use('skipWhere', this.#asked('skipWhere', Object.keys(skipWhere)));
    this.#use('onlyWhere', this.#asked('onlyWhere', Object.keys(onlyWhere)));
    return {
      headings: this.#headings,
      uses: this.#uses,
      form,
      offers: this.#offers(named),
      unnamed: this.#byKey.get('') ?? [],
      rejectedFor: this.#rejectedFor,
    };
  }

  /** A list without headings would have its first person taken for them. */
  #refuseData(): void {
    if (!this.#headings.some(isNumber)) return;
    throw new ListError(
      'bad_headings',
      'The first line holds a phone number where headings are expected: put a line of headings above it.',
    );
  }

  /** @param named by the campaign; null: there is none */
  #asNamedOrHeaded(
    purpose: string,
    named: string | readonly string[] | null | undefined,
    headings: ReadonlySet<string>,
  ): readonly number[] {
    if (named === null) return [];
    if (named !== undefined) return [named].flat().map((heading) => this.#named(purpose, heading));
    return this.#headedAny(headings).toSorted((one, other) => one - other);
  }

  #assignNamed(field: ColumnField | 'name', headings: readonly string[]): void {
    this.#take(
      field,
      headings.map((heading) => this.#named(field, heading)),
    );
  }

  #named(field: string, heading: string): number {
    const key = variableKey(heading);
    const position = this.#only(field, this.#byKey.get(key) ?? []);
    if (position === undefined) {
      throw new ListError(
        'unknown_column',
        `The campaign's columns name "${heading}" for ${field}, but the list has ${this.#seen()}.`,
      );
    }
    return position;
  }

  /** A row's name in the program that the list comes from; which of them is meant is not known. */
  #offers(columns: NonNullable<Campaign['columns']>): ColumnOffer[] {
    if (this.#uses.has('externalId') || columns.externalId === null) return [];
    return this.#headedAny(ID_HEADINGS).map((position) => ({ field: 'externalId', position }));
  }

  /** A column that was renamed must not lead to calls that it would have kept from being made. */
  #asked(rule: 'skipWhere' | 'onlyWhere', headings: readonly string[]): number[] {
    return headings.map((heading) => {
      const position = this.#only(rule, this.#byKey.get(variableKey(heading)) ?? []);
      if (position !== undefined) return position;
      throw new ListError(
        'unknown_column',
        `The campaign's ${rule} asks for a column "${heading}", but the list has ${this.#seen()}.`,
      );
    });
  }

  #assignByOwnName(field: RecordField): void {
    if (field === 'name') return;
    const positions = this.#headed(field.toLowerCase());
    if (field === 'formInfo') {
      if (positions.length === 0) return;
      throw new ListError(
        'bad_headings',
        'A CSV list has no column formInfo: give each of its entries a column of its own.',
      );
    }
    if (this.#uses.has(field)) return;
    const position = this.#only(field, positions);
    if (position !== undefined) this.#take(field, [position]);
  }

  #assignTimezone(): void {
    const position = this.#only('timezone', this.#headedAny(TIMEZONE_HEADINGS));
    if (position !== undefined) this.#take('timezone', [position]);
  }

  #headedAny(squashed: ReadonlySet<string>): number[] {
    return [...squashed].flatMap((heading) => this.#headed(heading));
  }

  #speakingOfPhones(): number[] {
    const vague = new Set(this.#headed(VAGUE_PHONE_HEADING));
    return [...this.#bySquashed].flatMap(([squashed, positions]) =>
      PHONE_WORD.test(squashed)
        ? positions.filter((position) => !vague.has(position) && !this.#taken.has(position))
        : [],
    );
  }

  #phone(): number {
    const clear = this.#headedAny(CLEAR_PHONE_HEADINGS).toSorted((one, other) => one - other);
    const vague = this.#headed(VAGUE_PHONE_HEADING);
    const candidates =
      clear.length > 0 || vague.length === 0 ? clear : [...vague, ...this.#speakingOfPhones()];
    const position = this.#only(
      'toPhoneNumber',
      candidates.toSorted((one, other) => one - other),
      this.#asChoices(clear),
    );
    if (position !== undefined) return position;
    throw new ListError(
      'no_phone_column',
      `No column is known to hold the phone numbers, for the list has ${this.#seen()}: name it in the campaign file, under columns, as toPhoneNumber.${this.#titleHint()}`,
    );
  }

  /** What to write where each of these is a phone, and any of them may be dialed. */
  #asChoices(positions: readonly number[]): string {
    const headings = positions.map((position) => this.#headings[position] ?? '');
    const areTold = new Set(headings.map(variableKey)).size === headings.length;
    const canBeShown = headings.every(({ length }) => length <= HEADING_LENGTH_OFFERED);
    if (headings.length < 2 || headings.length > MAX_PHONE_COLUMNS || !areTold || !canBeShown)
      return '';
    const list = headings.map((heading) => JSON.stringify(heading)).join(', ');
    return `, or name them in the order in which they are to be tried: columns: { toPhoneNumber: [${list}] }`;
  }

  /** A title, or the names of groups of columns, stands above the headings of many a sheet. */
  #titleHint(): string {
    const isTitle = this.#headings.length === 1 || this.#headings.includes('');
    return isTitle ? ' If the headings stand further down, name their row.' : '';
  }

  #assignName(): void {
    const isField = this.#headings.includes('name');
    const patterns = isField ? [['name'], ...NAME_HEADINGS] : NAME_HEADINGS;
    const found =
      patterns.find((headings) => headings.every((heading) => this.#headed(heading).length > 0)) ??
      [];
    this.#take(
      'name',
      found.flatMap((heading) => this.#only('name', this.#headed(heading)) ?? []),
    );
  }

  #form(asked: ReadonlySet<string>): { heading: FormHeading; position: number }[] {
    const name = this.#uses.get('name') ?? [];
    const joined = name.length > 1 ? name : [];
    const form: { heading: FormHeading; position: number }[] = [];
    for (const [position, heading] of this.#headings.entries()) {
      const isAsked = heading !== '' && asked.has(variableKey(heading));
      const isField = this.#taken.has(position) && !joined.includes(position);
      if (heading === '' || (isField && !isAsked)) continue;
      if (isAsked)
        this.#only(`the placeholder {{${heading}}}`, this.#byKey.get(variableKey(heading)) ?? []);
      form.push({ heading: isField ? { forTexts: heading } : heading, position });
    }
    return form;
  }

  /** These columns are a field, and no form entries. */
  #take(field: ColumnField | 'name', positions: readonly number[]): void {
    this.#use(field, positions);
    for (const position of positions) this.#taken.add(position);
  }

  #use(use: ColumnUse, positions: readonly number[]): void {
    if (positions.length > 0) this.#uses.set(use, positions);
  }

  /** The columns with this squashed heading that have no meaning yet. */
  #headed(squashed: string): number[] {
    return (this.#bySquashed.get(squashed) ?? []).filter((position) => !this.#taken.has(position));
  }

  /**
   * The one position there is, if any; several are a doubt that only the user can settle.
   * @param otherwise another way out, as the end of a sentence
   */
  #only(purpose: string, positions: readonly number[], otherwise = ''): number | undefined {
    if (positions.length <= 1) return positions[0];
    const [first = 0, ...others] = positions;
    const same = others.every((position) => this.#headings[position] === this.#headings[first]);
    const shown = positions
      .slice(0, HEADINGS_SHOWN)
      .map((position) => `${this.#quoted(position)} (column ${position + 1})`);
    const names = andMore(shown, positions.length);
    const remedy = same
      ? 'give each column a heading of its own'
      : `say which one it is in the campaign file, under columns, as ${purpose}${otherwise}`;
    throw new ListError(
      'ambiguous_column',
      `More than one column may be ${purpose}: ${names}; ${remedy}.`,
    );
  }

  #seen(): string {
    const shown = [...this.#headings.keys()]
      .slice(0, HEADINGS_SHOWN)
      .map((position) => this.#quoted(position));
    return `the headings ${andMore(shown, this.#headings.length)}`;
  }

  #quoted(position: number): string {
    return quotedHeading(this.#headings[position] ?? '');
  }
}

type Positions = ReadonlyMap<string, readonly number[]>;

function positionsBy(headings: readonly string[], key: (heading: string) => string): Positions {
  const positions = new Map<string, number[]>();
  for (const [position, heading] of headings.entries()) {
    const own = positions.get(key(heading));
    if (own === undefined) positions.set(key(heading), [position]);
    else own.push(position);
  }
  return positions;
}

function andMore(shown: readonly string[], count: number): string {
  const more = count > shown.length ? ` and ${count - shown.length} more` : '';
  return `${shown.join(', ')}${more}`;
}

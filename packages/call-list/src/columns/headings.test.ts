import type { Campaign } from '@libby-dialer/dialing';
import { describe, expect, it } from 'vitest';
import { ListError } from '../list-error.ts';
import { type ColumnUse, columnsFor } from './columns.ts';
import { listHeadId, ORIGIN_HEADINGS, resolveColumns } from './headings.ts';

/** The headings that were taken for the phone, the name, other uses, offers and form entries. */
function resolved(headings: string, columns?: Campaign['columns']) {
  const given = headings.split(',');
  const { uses, form, offers } = resolveColumns(given, { columns });
  const {
    toPhoneNumber,
    name = '',
    ...others
  } = Object.fromEntries(
    [...uses].map(([use, positions]) => [use, positions.map((at) => given[at]).join('+')]),
  );
  return {
    phone: toPhoneNumber,
    name,
    ...(Object.keys(others).length > 0 && { others }),
    ...(offers.length > 0 && { offered: offers.map(({ position }) => given[position]).join() }),
    form: form
      .map(({ heading }) => (typeof heading === 'string' ? heading : heading.forTexts))
      .join(),
  };
}

describe('resolveColumns', () => {
  it.each([
    ['toPhoneNumber,name', 'toPhoneNumber', 'name', ''],
    ['To Phone Number,NAME', 'To Phone Number', 'NAME', ''],
    ['to_phone_number,Name', 'to_phone_number', 'Name', ''],
    [' Phone ,Full name', ' Phone ', 'Full name', ''],
    ['Mobile,Contact', 'Mobile', 'Contact', ''],
    ['Cell Phone,First Name', 'Cell Phone', 'First Name', ''],
    ['Tel.,First name,Last name', 'Tel.', 'First name+Last name', 'First name,Last name'],
    ['Phone #,Name,First name,Last name', 'Phone #', 'Name', 'First name,Last name'],
    ['Telefonnummer,Vorname,Nachname', 'Telefonnummer', 'Vorname+Nachname', 'Vorname,Nachname'],
    ['Handy,Name,Vorname', 'Handy', 'Vorname+Name', 'Name,Vorname'],
    ['Handy,name,Vorname', 'Handy', 'name', 'Vorname'],
    ['Teléfono móvil,Nombre,Apellidos', 'Teléfono móvil', 'Nombre+Apellidos', 'Nombre,Apellidos'],
    ['Teléfono,Nombre', 'Teléfono', 'Nombre', ''],
    ['Numéro de téléphone,Nom,Prénom', 'Numéro de téléphone', 'Prénom+Nom', 'Nom,Prénom'],
    ['phone,Phone type,Fax,Emergency phone', 'phone', '', 'Phone type,Fax,Emergency phone'],
    ['toPhoneNumber,phone,mobile', 'toPhoneNumber', '', 'phone,mobile'],
    ['Note,phone,E-mail,', 'phone', '', 'Note,E-mail'],
  ])('understands %s', (headings, phone, name, form) => {
    expect(resolved(headings)).toEqual({ phone, name, form });
  });

  it('knows the other fields by their names, and an id by its full name only', () => {
    const headings =
      'Phone,External ID,from_phone_number,Time zone,intro notes,customQuestions,starts at,id';
    expect(resolved(headings)).toMatchObject({
      others: {
        externalId: 'External ID',
        fromPhoneNumber: 'from_phone_number',
        timezone: 'Time zone',
        introNotes: 'intro notes',
        customQuestions: 'customQuestions',
        startsAt: 'starts at',
      },
      form: 'id',
    });
  });

  it.each([
    'TZ',
    'Zeitzone',
    'Fuseau horaire',
    'Zona horaria',
    'Fuso horário',
    'Fuso orario',
    'Tijdzone',
    'Contact timezone',
  ])('knows the time zone headed %s, unless the campaign says that there is none', (heading) => {
    expect(resolved(`Phone,${heading}`)).toMatchObject({ others: { timezone: heading }, form: '' });
    expect(resolved(`Phone,${heading}`, { timezone: null })).toMatchObject({ form: heading });
    expect(resolved(`Phone,${heading},Time zone`)).toMatchObject({
      others: { timezone: 'Time zone' },
      form: heading,
    });
  });

  it('asks which of two is the time zone', () => {
    expect(() => resolved('Phone,TZ,Zeitzone')).toThrow(/More than one column may be timezone/);
  });

  it("goes by the campaign's columns first", () => {
    const columns = { toPhoneNumber: 'work  PHONE', name: 'Nickname', externalId: 'id' };
    expect(resolved('Home phone,Work Phone,Name,Nickname,id', columns)).toEqual({
      phone: 'Work Phone',
      name: 'Nickname',
      others: { externalId: 'id' },
      form: 'Home phone,Name',
    });
  });

  it('takes several phones in the order in which the campaign names them', () => {
    const columns = { toPhoneNumber: ['Work phone', 'home PHONE'] };
    expect(resolved('Home phone,Mobile,Work Phone', columns)).toEqual({
      phone: 'Work Phone+Home phone',
      name: '',
      form: 'Mobile',
    });
  });

  it('keeps a field that a placeholder asks for, for texts alone', () => {
    const { uses, form } = resolveColumns(
      ['Mobile', 'First name', 'City'],
      {},
      new Set(['first name', 'city']),
    );
    expect(uses.get('name')).toEqual([1]);
    expect(form).toEqual([
      { heading: { forTexts: 'First name' }, position: 1 },
      { heading: 'City', position: 2 },
    ]);
  });

  it.each([
    ['Phone,Country', {}, [1]],
    ['phone_code,phone_number,country_code', {}, [0, 2]],
    ['Phone,Country/Region', {}, [1]],
    ['Phone,Billing Country', {}, [1]],
    ['Phone,Home Country/Region', {}, [1]],
    ['Country of birth,Phone,Ländervorwahl', {}, [2]],
    ['Country of birth,Téléphone,Indicatif', {}, [2]],
    ['Phone,Origin,Country', { country: 'Origin' }, [1]],
    ['Phone,Country', { country: null }, []],
    ['Phone,Country of birth', {}, []],
  ])('knows which columns of %s name the country of the number', (headings, columns, countries) => {
    expect(columnsFor(resolveColumns(headings.split(','), { columns }), 'country')).toEqual(
      countries,
    );
    expect(resolved(headings, columns).form).toContain('ount');
  });

  it.each([
    'DNC List',
    'Federal DNC',
    'Do Not Call (Y/N)',
    'Opt-Out of Calls',
    'Ne pas appeler',
    'Non chiamare',
    'Niet bellen',
    'Keine Anrufe',
    'Não ligar',
  ])('knows that a column headed %s says whom not to call', (heading) => {
    const columns = resolveColumns(['Phone', heading]);
    expect(columnsFor(columns, 'doNotCall')).toEqual([1]);
    const without = resolveColumns(['Phone', heading], { columns: { doNotCall: null } });
    expect(columnsFor(without, 'doNotCall')).toEqual([]);
  });

  it('leaves a field out that the campaign says is none, whatever its heading', () => {
    const columns = { startsAt: null, name: null };
    expect(resolved('Phone,Name,Starts At', columns)).toEqual({
      phone: 'Phone',
      name: '',
      form: 'Name,Starts At',
    });
  });

  it.each([
    ['First Name,Last Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value', 'Phone 1 - Value'],
    ['Person - Name,Person - Phone', 'Person - Phone'],
    ['Person - Name,Person - Phone - Mobile,Person - Phone - Other', 'Person - Phone - Mobile'],
    ['Record ID,First Name,Last Name,Phone Number,WhatsApp Phone Number', 'Phone Number'],
    ['Lead ID,Full Name,Mobile Phone,Fax', 'Mobile Phone'],
    ['First Name,Last Name,Company Main Phone,Mobile Phone,Pager', 'Mobile Phone'],
    ['id,created_time,full_name,phone_number,email', 'phone_number'],
    ['vendor_lead_code,phone_code,phone_number,first_name,alt_phone', 'phone_number'],
    ['First Name,Last Name,Work Phone,Fax Number,Pager Number', 'Work Phone'],
    ['Lead Owner,First Name,Last Name,Mobile,Fax', 'Mobile'],
  ])('knows the main phone of an export: %s', (headings, phone) => {
    expect(resolved(headings)).toMatchObject({ phone });
  });

  it.each([
    ['Phone Number,Mobile Phone Number', '"Phone Number", "Mobile Phone Number"'],
    ['Business Phone,Home Phone,Mobile Phone', '"Business Phone", "Home Phone", "Mobile Phone"'],
    [
      'Person - Phone - Work,Person - Phone - Home',
      '"Person - Phone - Work", "Person - Phone - Home"',
    ],
    ['Phone,"Mobile"', '"Phone", "\\"Mobile\\""'],
  ])('offers several main phones, %s, as a list to be copied', (headings, list) => {
    expect(() => resolved(headings)).toThrow(
      `as toPhoneNumber, or name them in the order in which they are to be tried: columns: { toPhoneNumber: [${list}] }.`,
    );
    const columns = { toPhoneNumber: JSON.parse(`[${list}]`) as string[] };
    expect(resolved(headings, columns).phone).toBe(columns.toPhoneNumber.join('+'));
  });

  it.each(['Phone,Phone', 'Number,Alt. phone', `Phone,${'Mobile'.padEnd(70)}x`])(
    'offers no list of %s',
    (headings) => {
      expect(() => resolved(headings)).not.toThrow('in the order');
    },
  );

  it('takes "Number" for the phone only where no other heading speaks of one', () => {
    expect(resolved('Name,Number')).toMatchObject({ phone: 'Number' });
    expect(resolved('Name,Number,Phone')).toMatchObject({ phone: 'Phone' });
  });

  it.each([
    ['Home phone,Mobile', {}, 'ambiguous_column', '"Home phone" (column 1), "Mobile" (column 2)'],
    ['Number,Alt. phone', {}, 'ambiguous_column', '"Number" (column 1), "Alt. phone" (column 2)'],
    ['Street,Number,Phone (night)', {}, 'ambiguous_column', '"Number" (column 2)'],
    ['Phone,Phone', {}, 'ambiguous_column', 'give each column a heading of its own'],
    ['toPhoneNumber,to phone number', {}, 'ambiguous_column', 'columns, as toPhoneNumber'],
    ['Phone,Name,name', {}, 'ambiguous_column', '"Name" (column 2), "name" (column 3)'],
    ['Phone,City,city', {}, 'ambiguous_column', 'the placeholder {{City}}'],
    ['Name,City', {}, 'no_phone_column', 'the headings "Name", "City"'],
    [
      'Name,Phone',
      { toPhoneNumber: 'Mobile' },
      'unknown_column',
      '"Mobile" for toPhoneNumber, but the list has the headings "Name", "Phone"',
    ],
    [
      'Name,Mobile',
      { toPhoneNumber: ['Mobile', 'Home Phone'] },
      'unknown_column',
      '"Home Phone" for toPhoneNumber',
    ],
    ['Phone,formInfo', {}, 'bad_headings', 'no column formInfo'],
    ['Ann,+15055550123', {}, 'bad_headings', 'holds a phone number where headings are expected'],
    ['Ann,(505) 555-0123', {}, 'bad_headings', 'holds a phone number where headings are expected'],
  ])('refuses %s in a sentence', (headings, columns, code, words) => {
    const resolving = () => resolveColumns(headings.split(','), { columns }, new Set(['city']));
    expect(resolving).toThrow(ListError);
    expect(resolving).toThrow(
      expect.objectContaining({
        code: `list_${code}`,
        message: expect.stringContaining(words) as string,
      }),
    );
  });

  it.each([
    ['Record ID,Phone', {}, [0]],
    ['Phone,vendor_lead_code,Contact Id', {}, [2, 1]],
    ['id,Phone,External ID', {}, []],
    ['id,Phone', { externalId: null }, []],
    ['Lead ID,Phone', { externalId: 'lead id' }, []],
    ['Phone,Paid', {}, []],
  ])('offers an id of %s, and takes none unasked: %j', (headings, columns, offered) => {
    const { offers, uses, form } = resolveColumns(headings.split(','), { columns });
    expect(offers).toEqual(offered.map((position) => ({ field: 'externalId', position })));
    expect(offered.some((position) => uses.get('externalId')?.includes(position))).toBe(false);
    expect(form.map(({ position }) => position)).toEqual(expect.arrayContaining(offered));
  });

  it.each(['skipWhere', 'onlyWhere'])('wants each column of %s to be there', (rule) => {
    const campaign = { [rule]: { 'Opt-Out?': ['y'], Status: ['old'] } };
    const { uses, form } = resolveColumns(['Phone', 'status', 'OPT-OUT?'], campaign);
    expect(uses.get(rule as ColumnUse)).toEqual([2, 1]);
    expect(form).toHaveLength(2);
    expect(() => resolveColumns(['Phone', 'Status', 'Opted out'], campaign)).toThrow(
      `The campaign's ${rule} asks for a column "Opt-Out?", but the list has the headings "Phone", "Status", "Opted out".`,
    );
  });

  it('never repeats a first line that holds a person', () => {
    expect(() => resolveColumns(['Ann', '+15055550123'])).toThrow(/^(?!.*(?:Ann|5055)).*$/s);
  });

  it('leaves out what a rejects file adds', () => {
    for (const origin of [[], ORIGIN_HEADINGS, ['list', 'row']]) {
      const columns = resolveColumns(['Phone', 'City', 'line', 'code', 'reason', ...origin]);
      expect(columns.form).toEqual([{ heading: 'City', position: 1 }]);
      expect(columns.rejectedFor).toBe(3);
    }
    expect(resolveColumns(['Phone', 'row', 'list']).form).toHaveLength(2);
    expect(resolveColumns(['Phone', 'line', 'reason', 'code']).form).toHaveLength(3);
  });
});

describe('listHeadId', () => {
  it('is short, and differs with the list, the headings and their order', () => {
    expect(listHeadId({ list: 'may.csv' }, ['a', 'b'])).toMatch(/^[\w-]{12}$/);
    const lists = [{ list: 'may.csv' }, { list: 'may.csv', listHash: 'sha256:01' }, {}];
    const ids = lists.flatMap((list) =>
      [['a', 'b'], ['b', 'a'], ['a,b'], []].map((form) => listHeadId(list, form)),
    );
    expect(new Set(ids).size).toBe(12);
  });
});

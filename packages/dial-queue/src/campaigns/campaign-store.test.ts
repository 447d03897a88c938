import { expect, it } from 'vitest';
import { eachTest, type Fixture } from '../testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

it('stores a campaign and gives it back as it was', async () => {
  const campaign = await fixture.campaign({ introNotes: 'Ask {{name}}', defaultCountry: 'US' });
  expect(await fixture.campaigns.get('spring')).toEqual(campaign);
  expect(await fixture.campaigns.list()).toEqual([campaign]);
  expect(await fixture.campaigns.get('autumn')).toBeUndefined();
});

it('does not let what a call is the same by change after the first load', async () => {
  const campaign = await fixture.campaign();
  expect(await fixture.campaigns.put({ ...campaign, dedupeBy: 'externalId' })).toEqual({
    stored: true,
    isChanged: true,
  });
  await using loader = fixture.loader();
  await loader.fixDedupeBy('externalId');
  expect(await fixture.campaigns.put(campaign)).toEqual({ stored: false, dedupeBy: 'externalId' });
  expect((await fixture.campaigns.get('spring'))?.dedupeBy).toBe('externalId');
});

it('lifts the campaign’s hold when its definition changes, and only then', async () => {
  const campaign = await fixture.campaign();
  const hold = {
    reason: 'rejections',
    firstPauseMs: 60_000,
    maxPauseMs: 60_000,
    retryAfterMs: 0,
  } as const;
  await fixture.holds.open({ ...hold, scope: 'campaign:spring' }, 'x');
  const { version } = await fixture.campaigns.look();
  await fixture.campaigns.put(campaign);
  expect(await fixture.holds.list()).toHaveLength(1);
  expect((await fixture.campaigns.look()).version).toBe(version);
  await fixture.campaigns.put({ ...campaign, introNotes: 'mended' });
  expect(await fixture.holds.list()).toEqual([]);
  expect((await fixture.campaigns.look()).version).toBe(version + 1);
});

it('does not lift a hold that needs a person', async () => {
  const campaign = await fixture.campaign();
  const hold = {
    reason: 'rejections',
    firstPauseMs: 0,
    maxPauseMs: 0,
    retryAfterMs: 0,
    person: true,
  } as const;
  await fixture.holds.open({ ...hold, scope: 'campaign:spring' }, 'x');
  await fixture.campaigns.put({ ...campaign, introNotes: 'mended' });
  expect(await fixture.holds.list()).toHaveLength(1);
});

it('finds again whatever fell off the list of campaigns with work', async () => {
  await fixture.campaign();
  await using loader = fixture.loader();
  await loader.add(fixture.calls(1));
  await loader.finish();
  const others = Array.from({ length: 150 }, (_, nth) => `other-${nth}`);
  for (const id of others) await fixture.campaign({ id });
  await fixture.redis.del(fixture.keys.openCampaigns);
  const found = new Set<string>();
  for (let look = 0; look < 10; look += 1)
    for (const id of (await fixture.campaigns.look()).open) found.add(id);
  expect([...found]).toEqual(['spring']);
  await fixture.redis.del(fixture.keys.openCampaigns);
  await fixture.campaigns.reopenAll();
  expect((await fixture.campaigns.look()).open).toEqual(['spring']);
});

it('stores what the calls of a list have in common once', async () => {
  const list = { list: 'lists/may.csv', listHash: 'sha256:0123456789abcdef' };
  const head = { ...list, headings: ['Event type', 'Budget'] };
  await fixture.campaigns.putListHead('spring', 'h1', head);
  expect(await fixture.campaigns.listHead('spring', 'h1')).toEqual(head);
  expect(await fixture.campaigns.listHead('spring', 'h2')).toBeUndefined();
  const call = { to: '+15055550123', name: 'Ann' };
  expect(await fixture.campaigns.sourceOf('spring', { ...call, headings: 'h1' })).toEqual(list);
  expect(await fixture.campaigns.sourceOf('spring', call)).toEqual({});
});

it('reads the headings of a list that was loaded before lists had names', async () => {
  await fixture.redis.hset(fixture.keys.campaign('spring').headings, 'h1', '["Budget"]');
  expect(await fixture.campaigns.listHead('spring', 'h1')).toEqual({ headings: ['Budget'] });
});

it('changes an edition only while it is the latest', async () => {
  const campaign = await fixture.campaign();
  const { campaigns } = fixture;
  const late = { code: 'changed_meanwhile' };
  await expect(campaigns.put(campaign, '')).rejects.toMatchObject(late);
  const edition = await campaigns.edition('spring');
  await campaigns.put({ ...campaign, priority: 1 }, edition);
  await expect(campaigns.put({ ...campaign, priority: 2 }, edition)).rejects.toMatchObject(late);
  expect((await campaigns.get('spring'))?.priority).toBe(1);
  await campaigns.put({ ...campaign, id: 'autumn' }, '');
  expect(await campaigns.ids()).toEqual(['autumn', 'spring']);
  expect((await campaigns.some(['spring', 'summer'])).map(({ id }) => id)).toEqual(['spring']);
});

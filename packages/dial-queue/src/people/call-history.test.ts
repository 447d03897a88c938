import { expect, it } from 'vitest';
import { eachTest, type Fixture, PERSON } from '../testing/fixture.ts';

const HOUR_MS = 3_600_000;

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

it('counts the calls that the gate has let out, over all campaigns, and none that did not ring', async () => {
  const history = fixture.queue.callHistory;
  const gate = fixture.gate();
  const begun = Date.now() - HOUR_MS;
  const seen = async () =>
    history.callsSince([
      { number: PERSON, since: begun },
      { number: PERSON, since: begun + 2 * HOUR_MS },
      { number: '+15055550199', since: 0 },
    ]);
  expect(await seen()).toEqual([0, 0, 0]);
  for (const [index, campaign] of ['spring', 'autumn', 'winter'].entries()) {
    await fixture.campaign({ id: campaign });
    await gate.claim(
      fixture.request({ callId: `call-${index}`, owner: `owner-${index}`, campaign }),
    );
  }
  expect(await seen()).toEqual([3, 0, 0]);
  const settled = {
    callId: 'call-2',
    owner: 'owner-2',
    campaign: 'winter',
    outcome: 'rejected',
  } as const;
  await gate.settle(fixture.settling(settled));
  expect(await seen()).toEqual([2, 0, 0]);
});

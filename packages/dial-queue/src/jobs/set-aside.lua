#!lua
-- Takes a job that is not taken for a call of ours out of the queue and keeps it where a person
-- sees it, unless the ledger has already settled the call. One that a worker has in hand leaves the
-- queue when that run ends. A copy is a job whose id is that of no call. Safe to repeat.
--
-- Answers: over (also of a copy that is no more, and of a job whose person was erased, while a
-- worker had it in hand) | busy <deadline of the claim that stands> | set_aside | known (it stood
-- there already)
-- Its ledger may be gone, and nothing of it is ever dialed.

if redis.call('HEXISTS', state, 'archived') == 1 then return { 'over' } end
local data = redis.call('HGET', queue .. job_id, 'data')
if data == BLANK_CALL then return { 'over' } end
-- Of a copy no row is lost: once it is taken out of the queue, it must not come back from the
-- memory of a run that has lost its lock.
if is_copy and not data and redis.call('HEXISTS', set_aside, job_id) == 0 then return { 'over' } end
local entry, is_brought_back = read_entry(ledger, job_id)
if is_brought_back then write_entry(ledger, job_id, entry) end
-- It rings nobody a second time on the word of such a job.
if awaits_redial(entry) then
  end_wait_for_redial(state, entry)
  write_entry(ledger, job_id, entry)
end
if is_over(entry) then return { 'over' } end
if entry and entry.state == 'claimed' and now_ms() <= entry.deadline then
  return { 'busy', entry.deadline }
end
local is_new = redis.call('HSET', set_aside, job_id, job) == 1
remove_job(queue, job_id)
return { is_new and 'set_aside' or 'known' }

#!lua
-- Removes a job that is not recognised as a call of ours from the queue, and keeps it where people
-- see it, unless the ledger has already settled the call. If a worker has it in hand, it leaves the
-- queue when that run ends. A copy is a job whose id belongs to no call. Safe to repeat.
--
-- The campaign's ledger may be gone; nothing of it is ever dialed.

if redis.call('HEXISTS', state, 'archived') == 1 then return { 'over' } end
local data = redis.call('HGET', queue .. job_id, 'data')
if data == BLANK_CALL then return { 'over' } end
-- A copy is no row, so none is lost. Once removed, it must not come back from the memory of a run
-- that has lost its lock.
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

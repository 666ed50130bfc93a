-- Made from analyzer/agreement/runs.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local ANSWER_WAIT = import("limits").ANSWER_WAIT
  local CHALLENGED = import("agreement.states").CHALLENGED
  local EXCHANGES = import("limits").EXCHANGES
  local EXCHANGES_BUFFER = import("limits").EXCHANGES_BUFFER
  local SECOND = import("limits").SECOND
  local identity = import("agreement.meaning").identity
  local M = {}

  M.PATIENCE = py.dict_of({
    { "done", 32000000000, n = 2 }, { "heard", 128000000000, n = 2 },
    { "offered", 240000000000, n = 2 }, { "challenged", 240000000000, n = 2 },
    { "answered", 240000000000, n = 2 }, { "begun", 32000000000, n = 2 },
    n = 6,
  })

  -- All of them; `begun` counts those there were, `dropped` those that were let go because too
  M.Runs = py.class("Runs")

  function M.Runs.make()
    local self = setmetatable({}, M.Runs)
    self._open = py.dict()
    self._calls = py.dict()
    self._refused = py.dict()
    self._running = py.dict()
    self._looks = py.dict()
    self._seconds = { n = 0 }
    self.begun = 0
    self._most = 0
    self.octets = 0
    self._most_octets = 0
    self.dropped = 0
    return self
  end

  function M.Runs:__contains__(number)
    return self._running:has(number)
  end

  -- That of this client and Call-ID.
  function M.Runs:of_client(client, call_id)
    return self._open:get({ client, call_id, n = 2 })
  end

  -- The newest of this Call-ID, whoever its client is.
  function M.Runs:of_call(call_id)
    return self._calls:get(call_id)
  end

  -- That which a request may belong to: by Call-ID, after 421 and 494 by identity.
  function M.Runs:of_request(message)
    local run = self._open:get({ message.src, message.call_id, n = 2 })
    if run == nil and self._refused.size > 0 then
      local key = { message.src, message.dst, identity(message), n = 3 }
      run = self._refused:get(key)
      if run ~= nil and (run.closed or run.state ~= CHALLENGED) then
        self._refused:delete(key)
        run = nil
      elseif run ~= nil then
        self:_find_by(run, { message.src, message.call_id, n = 2 })
      end
    end
    return run
  end

  -- It begins.
  function M.Runs:add(run)
    self.begun = self.begun + 1
    self._running:set(run.number, run)
    if self._running.size > self._most then
      self._most = self._running.size
    end
    self:_find_by(run, { run.access.ue, run.call_id, n = 2 })
    self._calls:set(run.call_id, run)
    self:_look(run.begun + ANSWER_WAIT, run.number)
  end

  -- Its first request was refused: the next one may come under another Call-ID.
  function M.Runs:refuse(run, name)
    local key = { run.access.ue, run.access.first_hop, name, n = 3 }
    self._refused:set(key, run)
    run.refused = py.concat(run.refused, { key, n = 1 })
  end

  -- It is closed.
  function M.Runs:remove(run)
    self._running:delete(run.number)
    self:_weigh()
    self.octets = self.octets - run.octets
    for _, key in py.each(run.keys) do
      if self._open:get(key) == run then
        self._open:delete(key)
      end
    end
    if self._calls:get(run.call_id) == run then
      self._calls:delete(run.call_id)
    end
    for _, refused in py.each(run.refused) do
      if self._refused:get(refused) == run then
        self._refused:delete(refused)
      end
    end
  end

  -- They grow until one is removed.
  function M.Runs:_weigh()
    if self.octets > self._most_octets then
      self._most_octets = self.octets
    end
  end

  function M.Runs:_find_by(run, key)
    self._open:set(key, run)
    py.append(run.keys, key)
  end

  -- No further one may begin.
  function M.Runs.__get.full(self)
    return self._running.size >= EXCHANGES
  end

  -- The one that began first.
  function M.Runs.__get.oldest(self)
    return self._running:first_value()
  end

  -- Those of which nothing more is expected (`now` in ns), with when each was looked at.
  function M.Runs:overdue(now)
    local given = { n = 0 }
    for _, item1 in py.each(self:_take(now)) do
      local looked, number = item1[1], item1[2]
      local run = self._running:get(number)
      if run ~= nil then
        local due = run.last_time + M.PATIENCE:get(run.state)
        if due <= now then
          py.append(given, { looked, run, n = 2 })
        else
          self:_look(due, number)
        end
      end
    end
    return given
  end

  -- The run of that number is to be looked at, at this time.
  function M.Runs:_look(time, number)
    local second = math.floor(time / SECOND)
    local looks = self._looks:get(second)
    if looks == nil then
      py.heappush(self._seconds, second)
      self._looks:set(second, { { time, number, n = 2 }, n = 1 })
    else
      py.append(looks, { time, number, n = 2 })
    end
  end

  -- What is to be looked at by now, in order of time and number.
  function M.Runs:_take(now)
    local looks = { n = 0 }
    while self._seconds.n > 0 and self._seconds[1] * SECOND <= now do
      local second = self._seconds[1]
      local some = self._looks:get(second)
      if second == math.floor(now / SECOND) then
        local list1 = { n = 0 }
        for _, one in py.each(some) do
          if one[1] <= now then
            py.append(list1, one)
          end
        end
        py.extend(looks, list1)
        local list2 = { n = 0 }
        for _, one in py.each(some) do
          if one[1] > now then
            py.append(list2, one)
          end
        end
        self._looks:set(second, list2)
        break
      end
      py.extend(looks, some)
      py.heappop(self._seconds)
      self._looks:delete(second)
    end
    py.sort(looks)
    return looks
  end

  -- All, as they began.
  function M.Runs:remaining()
    return py.sorted(self._running:values(), function(run) return run.number end)
  end

  -- How near each bound came.
  function M.Runs.__get.bounds(self)
    self:_weigh()
    return py.dict_of({ { "exchanges", { self._most, EXCHANGES, n = 2 }, n = 2 }, { "exchange-octets", { self._most_octets, EXCHANGES_BUFFER, n = 2 }, n = 2 }, n = 2 })
  end
  py.done(M.Runs)

  return M
end

-- Made from analyzer/sip/early.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local EARLY = import("limits").EARLY
  local RESIDUAL = import("limits").RESIDUAL
  local M = {}

  M._Waiting = py.struct("_Waiting", { "message", "place", "near" })

  function M._Waiting.make(message, place, near)
    return setmetatable({ message = message, place = place, near = near }, M._Waiting)
  end
  py.done(M._Waiting)

  M.NONE = { n = 0 }

  -- Those that wait, at most `limits.EARLY`; each with a place in an order, which comes back with
  M.Early = py.class("Early")

  function M.Early.make()
    local self = setmetatable({}, M.Early)
    self._waiting = py.dict()
    self._calls = py.dict()
    self.count = 0
    self._most = 0
    return self
  end

  -- How near each bound came.
  function M.Early.__get.bounds(self)
    return py.dict_of({ { "early", { self._most, EARLY, n = 2 }, n = 2 }, n = 1 })
  end

  -- Whether it is kept: a response without a request, or what repeats one.
  function M.Early:takes(message, place, near)
    if near == nil then
      near = true
    end
    if message.is_request or (message.request ~= nil or self.count >= EARLY) then
      return false
    end
    local ends = M._ends(message.src, message.dst)
    local waiting = self._waiting:get(ends, M.NONE)
    local original = message.original
    local holds1 = original ~= nil
    if holds1 then
      local all2 = true
      for _, one in py.each(waiting) do
        if one.message == original then
          all2 = false
          break
        end
      end
      holds1 = all2
    end
    if holds1 then
      return false
    end
    local one = M._Waiting.make(message, place, near)
    if waiting.n > 0 then
      py.append(waiting, one)
    else
      self._waiting:set(ends, { one, n = 1 })
    end
    local of_call = self._calls:setdefault(message.call_id, py.dict())
    of_call:set(ends, of_call:get(ends, 0) + 1)
    self.count = self.count + 1
    self._most = math.max(self._most, self.count)
    return true
  end

  -- Those that answer this request, set behind it in time.
  function M.Early:answers(request)
    local freed = self:_free(M._ends(request.src, request.dst), function(one) return (one.message.original or one.message).request == request end)
    for _, item1 in py.each(freed) do
      local message = item1[1]
      message.time = math.max(message.time, request.time + 1)
    end
    return freed
  end

  -- Those in clear between a phone and its first hop, either way.
  function M.Early:in_clear(src, dst)
    return self:_free(M._ends(src, dst), function(one) return one.near and one.message.spi < 0 end)
  end

  -- Those to be handed on before this message: they waited long enough, and are of its call
  function M.Early:before(message)
    local latest = message.time - RESIDUAL
    local call, own = message.call_id, M._ends(message.src, message.dst)
    local later = message.is_request and message.cseq or -1
    local function wanted(one)
      local same = one.message.call_id == call
      return same and one.message.cseq < later or one.message.time < latest and (one.near or same)
    end
    local freed = self:_free(own, wanted)
    local list1 = { n = 0 }
    for _, other in py.each(self._calls:get(call, { n = 0 })) do
      if not py.equal(other, own) then
        py.append(list1, other)
      end
    end
    for _, ends in py.each(list1) do
      py.extend(freed, self:_free(ends, function(one) return one.message.time < latest and one.message.call_id == call end))
    end
    return freed
  end

  -- Those that waited long enough, at this time.
  function M.Early:due(time)
    local latest = time - RESIDUAL
    local freed = { n = 0 }
    for _, ends in py.each(py.list(self._waiting)) do
      py.extend(freed, self:_free(ends, function(one) return one.message.time < latest end))
    end
    return py.sorted(freed, M._place)
  end

  -- All of them.
  function M.Early:finish()
    local list1 = { n = 0 }
    for _, held in self._waiting:pairs() do
      for _, one in py.each(held) do
        py.append(list1, { one.message, one.place, n = 2 })
      end
    end
    local freed = list1
    self._waiting:clear()
    self._calls:clear()
    self.count = 0
    return py.sorted(freed, M._place)
  end

  function M.Early:_free(ends, wanted)
    local waiting = self._waiting:get(ends)
    if waiting == nil then
      return { n = 0 }
    end
    local list1 = { n = 0 }
    for _, one in py.each(waiting) do
      if wanted(one) then
        py.append(list1, one)
      end
    end
    local freed = list1
    if freed.n > 0 then
      local list2 = { n = 0 }
      for _, one in py.each(waiting) do
        if not wanted(one) then
          py.append(list2, one)
        end
      end
      local left = list2
      if left.n > 0 then
        self._waiting:set(ends, left)
      else
        self._waiting:delete(ends)
      end
      for _, one in py.each(freed) do
        self:_forget(one.message.call_id, ends)
      end
      self.count = self.count - freed.n
    end
    local list3 = { n = 0 }
    for _, one in py.each(freed) do
      py.append(list3, { one.message, one.place, n = 2 })
    end
    return list3
  end

  function M.Early:_forget(call_id, ends)
    local of_call = self._calls:get(call_id)
    of_call:set(ends, of_call:get(ends) - 1)
    if of_call:get(ends) == 0 then
      of_call:delete(ends)
      if of_call.size == 0 then
        self._calls:delete(call_id)
      end
    end
  end
  py.done(M.Early)

  function M._place(held)
    return held[2]
  end

  function M._ends(src, dst)
    return py.less(src, dst) and { src, dst, n = 2 } or { dst, src, n = 2 }
  end

  return M
end

-- Made from analyzer/sip/copies.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local Aging = import("sip.aging").Aging
  local Sighting = import("sip.message").Sighting
  local limits = import("limits")
  local M = {}

  -- An earlier message with the same octets on the same hop.
  M.Seen = py.struct("Seen", { "original", "copied" })

  function M.Seen.make(original, copied)
    return setmetatable({ original = original, copied = copied }, M.Seen)
  end
  py.done(M.Seen)

  -- Remembers messages by their octets for as long as retransmissions may come.
  M.Copies = py.class("Copies")

  function M.Copies.make()
    local self = setmetatable({}, M.Copies)
    self._seen = Aging.make(limits.REPETITION, limits.TRANSACTIONS, py.bound(self, "_part"), limits.TRANSACTIONS_BUFFER)
    self._parting = { n = 0 }
    return self
  end

  -- The earlier messages of these octets, whatever their hop; None where they are new.
  function M.Copies:find(raw)
    return self._seen:get(raw)
  end

  -- Take in a message that is no copy, `occurrences` as found before; a retransmission is
  function M.Copies:remember(message, occurrences)
    if message.original ~= nil then
      message.original.retransmissions = message.original.retransmissions + 1
    end
    if occurrences == nil then
      self._seen:put(message.raw, { message, n = 1 }, #message.raw)
    else
      py.append(occurrences, message)
      py.delete_slice(occurrences, 1, -limits.REPEATS)
    end
  end

  -- How near each bound came.
  function M.Copies.__get.bounds(self)
    return py.dict_of({ { "sip-copies", self._seen.reached, n = 2 }, n = 1 })
  end

  -- Let the time be `now`; what is too old to be repeated is forgotten.
  function M.Copies:turn(now)
    self._seen:turn(now)
  end

  function M.Copies:_part(forgotten)
    for _, message in py.each(self._parting) do
      message:slim()
    end
    local list1 = { n = 0 }
    for _, occurrences in py.each(forgotten) do
      for _, message in py.each(occurrences) do
        py.append(list1, message)
      end
    end
    self._parting = list1
  end
  py.done(M.Copies)

  -- The message that those octets repeat on the hop of `at`, the datagram that completed them;
  function M.earlier(occurrences, at)
    local hop = { at.src, at.dst, at.sport, at.dport, at.transport, n = 5 }
    local list1 = { n = 0 }
    for _, one in py.each(occurrences) do
      if py.equal({ one.src, one.dst, one.sport, one.dport, one.transport, n = 5 }, hop) then
        py.append(list1, one)
      end
    end
    local here = list1
    return here.n > 0 and M.Seen.make(here[1].original or here[1], M._copied(here, at)) or nil
  end

  function M._copied(occurrences, at)
    for _, message in py.each(py.reversed(occurrences)) do
      if math.abs(at.time - message.time) <= limits.COPY_WINDOW then
        return message
      end
    end
    if at.ip_id <= 0 then
      return nil
    end
    local tap = { at.line, at.interface, at.path, n = 3 }
    for _, message in py.each(occurrences) do
      if math.abs(at.time - message.time) <= limits.CLOCKS_APART then
        local holds1 = message.ip_id == at.ip_id
        if holds1 then
          local all2 = true
          for _, place in py.each(message.sightings) do
            if not not py.equal({ place.line, place.interface, place.path, n = 3 }, tap) then
              all2 = false
              break
            end
          end
          holds1 = all2
        end
        if holds1 then
          return message
        end
      end
    end
    return nil
  end

  -- Note at the message that a copy of it was captured there, up to `limits.SIGHTINGS`.
  function M.add_sighting(message, at)
    if message.sightings.n == limits.SIGHTINGS then
      return
    end
    py.append(message.sightings, Sighting.make(at.capture, at.frame, at.src, at.dst, at.sport, at.dport, at.path, at.time, at.interface, at.ip_id, at.line))
  end

  return M
end

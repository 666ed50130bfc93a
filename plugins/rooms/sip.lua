-- Made from analyzer/sip/__init__.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local Copies = import("sip.copies").Copies
  local Framing = import("framing").Framing
  local Problem = import("capture.packet").Problem
  local Problems = import("problems").Problems
  local SipMessage = import("sip.message").SipMessage
  local Transactions = import("sip.transactions").Transactions
  local add_sighting = import("sip.copies").add_sighting
  local earlier = import("sip.copies").earlier
  local parse_head = import("sip.headers").parse_head
  local M = {}

  -- Turns datagrams, fed in time order, into messages with their links.
  M.SipReader = py.class("SipReader")

  function M.SipReader.make()
    local self = setmetatable({}, M.SipReader)
    self._problems = Problems.make()
    self._framing = Framing.make(self._problems)
    self._copies = Copies.make()
    self._transactions = Transactions.make()
    self.sightings = py.counter()
    self.messages = py.counter()
    self.protected = py.counter()
    self.forwards = py.counter()
    return self
  end

  -- The new messages that these octets complete, retransmissions among them.
  function M.SipReader:feed(datagram)
    if datagram.transport == "tcp" then
      return self:_take_all(self._framing:feed(datagram))
    end
    local raw = str.lstrip(datagram.payload, "\r\n")
    local message = self:_take(raw, nil, datagram, datagram.frames, datagram.truncated)
    return message == nil and { n = 0 } or { message, n = 1 }
  end

  -- Let the time of the captures be `time` (ns): what is too old is forgotten.
  function M.SipReader:advance(time)
    self._framing:turn(time)
    self._copies:turn(time)
    self._transactions:turn(time)
  end

  -- The messages whose end never came, `truncated`.
  function M.SipReader:finish()
    return self:_take_all(self._framing:finish())
  end

  -- How near each bound came.
  function M.SipReader.__get.bounds(self)
    return self._framing.bounds:union(self._copies.bounds):union(self._transactions.bounds)
  end

  -- What could not be read or was dropped, as (capture, problem), one of each kind.
  function M.SipReader.__get.problems(self)
    local found = py.list(self._problems)
    for _, item1 in py.each({ { "sip-stream-dropped", self._framing.dropped, n = 2 }, { "sip-transaction-dropped", self._transactions.dropped, n = 2 }, n = 2 }) do
      local kind, count = item1[1], item1[2]
      if count ~= 0 then
        py.append(found, { 0, Problem.make(kind, nil, nil, nil, count), n = 2 })
      end
    end
    return found
  end

  function M.SipReader:_take_all(framed)
    local found = { n = 0 }
    for _, one in py.each(framed) do
      local message = self:_take(one.raw, one.head, one.origin, one.frames, one.truncated)
      if message ~= nil then
        py.append(found, message)
      end
    end
    return found
  end

  -- Place the message of these octets; None where it is a copy, or no SIP after all.
  function M.SipReader:_take(raw, head, origin, frames, truncated)
    local occurrences = self._copies:find(raw)
    local value1
    if occurrences == nil then
      value1 = nil
    else
      value1 = earlier(occurrences, origin)
    end
    local seen = value1
    if seen ~= nil and seen.copied ~= nil then
      self.sightings:set(origin.capture, self.sightings:get(origin.capture, 0) + 1)
      add_sighting(seen.copied, origin)
      return nil
    end
    head = head or parse_head(raw, truncated)
    if head == nil then
      return nil
    end
    local message = SipMessage.make(head, raw, origin, frames, truncated)
    local capture = origin.capture
    self.sightings:set(capture, self.sightings:get(capture, 0) + 1)
    self.messages:set(capture, self.messages:get(capture, 0) + 1)
    if origin.spi >= 0 then
      self.protected:set(capture, self.protected:get(capture, 0) + 1)
    end
    if seen == nil then
      self._transactions:place(message)
      if message.source ~= nil then
        self.forwards:set(capture, self.forwards:get(capture, 0) + 1)
      end
    else
      message.original = seen.original
      message.request = seen.original.request
    end
    self._copies:remember(message, occurrences)
    return message
  end
  py.done(M.SipReader)

  return M
end

-- Messages, ESP and signals go through the rooms, one at a time and in the order of the capture: as
-- `pipeline/conductor.py`, without what reads packets.

return function(import)
  local py = import("runtime.python")
  local order = import("agreement.order")
  local Reconstruction = import("agreement.reconstruction").Reconstruction
  local Early = import("sip.early").Early
  local SipReader = import("sip").SipReader

  local M = {}

  M.Conductor = py.class("Conductor")
  local Conductor = M.Conductor

  -- `dialect` as of `--dialect`, else nil. `hear(message)` is told each message, `announce(event)`
  -- each event about SAs and keys.
  function Conductor.make(dialect, hear, announce)
    local self = setmetatable({}, Conductor)
    self.reader = SipReader.make()
    self.early = Early.make()
    self.reconstruction = Reconstruction.make()
    self.reconstruction.dialect = dialect
    self.hear = hear
    self.announce = announce
    self.order = order.START
    self.latest = 0
    return self
  end

  -- What is taken in next stands here in the order of the sweep.
  function Conductor:at(place)
    self.order = place
    self.reconstruction:at(place)
  end

  function Conductor:datagram(datagram)
    self:messages(self.reader:feed(datagram))
    self:apply()
  end

  function Conductor:esp(esp)
    if self.early.count > 0 then
      self:set_free(self.early:in_clear(esp.src, esp.dst))
    end
    self.reconstruction:esp(esp)
    self:apply()
  end

  function Conductor:signal(signal)
    self.reconstruction:signal(signal)
    self:apply()
  end

  -- The capture came to this time, first part: responses that waited long enough for their request.
  function Conductor:overdue(number, time)
    if self.early.count > 0 then
      self:at({ number, order.OVERDUE, n = 2 })
      self:set_free(self.early:due(time))
    end
  end

  -- The second part: every room lets go of what is too old.
  function Conductor:turn(number, capture, line, time)
    self.reader:advance(time)
    self:at({ number, order.CLOSING, n = 2 })
    self.reconstruction:advance(capture, line, time)
    self:apply()
  end

  -- The capture has ended; everything that was still open.
  function Conductor:finish()
    self:set_free(self.early:finish())
    self:at({ order.END, order.OPEN, n = 2 })
    self.reconstruction:finish(self.latest)
    self:apply()
  end

  -- What closed since this was asked last.
  function Conductor:take()
    return self.reconstruction:take()
  end

  function Conductor:messages(messages)
    for _, message in py.each(messages) do
      if self.hear then
        self.hear(message)
      end
      self:message(message)
    end
  end

  function Conductor:message(message)
    if self.early.count > 0 then
      self:set_free(self.early:before(message))
    end
    if message.code ~= 0 and message.request == nil then
      local near = self.reconstruction.legs:leg(message)[1] == "gm"
      if self.early:takes(message, self.order, near) then
        return
      end
    end
    self.reconstruction:message(message)
    if message.is_request and self.early.count > 0 then
      self:set_free(self.early:answers(message))
    end
  end

  -- Responses that waited for their request, each in its own place of the order.
  function Conductor:set_free(held)
    local now = self.order
    for _, one in py.each(held) do
      self:at(one[2])
      self.reconstruction:message(one[1])
    end
    self:at(now)
    self:apply()
  end

  function Conductor:apply()
    local events = self.reconstruction:sa_events()
    if self.announce then
      for _, event in py.each(events) do
        self.announce(event)
      end
    end
  end

  return M
end

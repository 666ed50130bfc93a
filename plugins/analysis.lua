-- What Wireshark's part sees of the rooms: one run over the frames of a capture, in their order.
--
--     local run = analysis.new{ dialect = nil, off = {} }
--     run:datagram{...} run:esp{...} run:signal{...} run:pass(time) run:finish(time)
--     run:exchanges() run:findings() run:of_frame(n) run:associations() run:sa(dst, spi) run:keys()
--
-- Times are nanoseconds from the first frame on, addresses 4 or 16 octets.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local datagrams = import("flows.datagram")
  local limits = import("limits")
  local engine = import("engine")
  local order = import("agreement.order")
  local items = import("agreement.items")
  local Exchange = import("agreement.exchange").Exchange
  local Place = import("agreement.place").Place
  local Conductor = import("conductor").Conductor
  local Judge = import("rules.judge").Judge
  local put_away = import("report.closed").put_away
  local copies = import("sip.copies")
  local views = import("views")
  local parse_head = import("sip.headers").parse_head
  local SipMessage = import("sip.message").SipMessage

  local M = {}

  local NONE = { n = 0 }
  local CAPTURE, LINE = 0, 0
  local TO_CLIENT = { ["pc>us"] = true, ["ps>uc"] = true } -- their SPIs stand in the client's list

  local Run = {}
  Run.__index = Run
  M.Run = Run

  -- `dialect`: judge everything by this one; `off`: ids of rules that are silent, as keys.
  function M.new(settings)
    settings = settings or {}
    local self = setmetatable({}, Run)
    self.engine = engine.Engine.make(settings.dialect, settings.off)
    self.judge = Judge.make(self.engine)
    self.heard = {} -- frame to what is kept of the messages in it
    self.copies = {} -- frame to the frame of the message it copies
    self.sealed = {} -- frame to SPI and destination of the ESP packet in it
    self.closed = {} -- closed runs in the order of their closing
    self.steps = {} -- frame to the closed run it is a step of, and the number of the step
    self.cut = {} -- ids of the exchanges that went on when the capture ended
    self.sets = {} -- sets of SAs in the order of their announcement
    self.by_spi = {}
    self.found_keys = {}
    self.number, self.due, self.latest = 0, 0, 0
    self.conductor = Conductor.make(self.engine.dialect, function(message)
      self:hear(message)
    end, function(event)
      self:announce(event)
    end)
    return self
  end

  -- ---- what comes in

  local SPOKEN = {
    "security-client", "security-server", "security-verify", "security-mechanism", "security-method",
  }

  local function speaks(message)
    for _, name in ipairs(SPOKEN) do
      if message:has(name) then
        return true
      end
    end
    return false
  end

  -- What is kept of a message: its octets where it has a list or a nonce to be shown.
  local function kept(message)
    local spoken = speaks(message)
    return {
      raw = (spoken or message:has("www-authenticate")) and message.raw or nil,
      truncated = message.truncated or nil,
      speaks = spoken,
      call_id = message.call_id,
      spi = message.spi,
      dst = message.dst,
      summary = message.is_request and message.method or ("%d %s"):format(message.code, message.reason),
    }
  end

  function Run:hear(message)
    local here = self.heard[message.frame]
    if here == nil then
      here = {}
      self.heard[message.frame] = here
    end
    here[#here + 1] = kept(message)
    self.newest = message
  end

  -- What a message that was heard says, read once more.
  local function said(one, frame)
    local cut = one.truncated or false
    local head = one.raw and parse_head(one.raw, cut)
    if not head then
      return {}
    end
    local origin = datagrams.Datagram.make(CAPTURE, frame, 0, 0, "", "", one.dst, 0, 0, "udp", one.raw)
    return views.said(Place.make(SipMessage.make(head, one.raw, origin, NONE, cut), "unknown", ""))
  end

  local function place(dst, spi)
    return dst .. "/" .. ("%.0f"):format(spi)
  end

  -- What is known of an SPI: the newest set that has it, of those announced up to `frame`.
  local function set_of(self, dst, spi, frame)
    local known = self.by_spi[place(dst, spi)] or {}
    for at = #known, 1, -1 do
      if not frame or known[at].set.announced <= frame then
        return known[at]
      end
    end
    return nil
  end

  function Run:announce(event)
    if event.keys ~= nil then
      self.found_keys[#self.found_keys + 1] = { rand = event.rand, ck = event.keys.ck, ik = event.keys.ik }
    elseif event.sas.n > 0 and event.kind == "announced" then
      local set = views.association(event)
      local asked = self.newest.request
      set.announced, set.offered = self.newest.frame, asked and asked.frame
      self.sets[#self.sets + 1] = set
      for _, sa in ipairs(set.sas) do
        local key = place(sa.dst, sa.spi)
        self.by_spi[key] = self.by_spi[key] or {}
        table.insert(self.by_spi[key], { set = set, name = sa.name })
      end
    end
  end

  -- The time goes on with a frame; once a second all rooms are told.
  function Run:pass_time(time)
    self.number = self.number + 1
    if time > self.latest then
      self.latest = time
    end
    if time >= self.due then
      self.due = time + limits.SECOND
      self.conductor:overdue(self.number, time)
      self.conductor:turn(self.number, CAPTURE, LINE, time)
      self:judge_closed()
    end
    self.conductor:at({ self.number, order.PACKET, n = 2 })
  end

  local function frames_of(given)
    local frames = given.frames or NONE
    if frames.n == nil then
      frames.n = #frames
    end
    return frames
  end

  function Run:datagram(given)
    self:pass_time(given.time)
    local datagram = datagrams.Datagram.make(
      CAPTURE, given.frame, given.time, given.interface or 0, given.encapsulation or "", given.src,
      given.dst, given.sport or 0, given.dport or 0, given.transport or "udp", given.payload,
      frames_of(given), given.protection or "clear", given.spi or -1, given.seq or -1,
      given.ip_id or -1, -1, false, given.truncated or false, LINE
    )
    local before = self.heard[given.frame]
    local count = before and #before or 0
    self.conductor:datagram(datagram)
    local after = self.heard[given.frame]
    if (after and #after or 0) == count then
      self:note_copy(datagram)
    end
    self:judge_closed()
  end

  -- A message that was not told of is one that was seen before, at another tap.
  function Run:note_copy(datagram)
    local octets = datagram.payload
    if datagram.transport ~= "tcp" then
      octets = str.lstrip(octets, "\r\n")
    end
    local occurrences = self.conductor.reader._copies:find(octets)
    local seen = occurrences and copies.earlier(occurrences, datagram)
    if seen and seen.copied then
      self.copies[datagram.frame] = seen.copied.frame
    end
  end

  function Run:esp(given)
    self:pass_time(given.time)
    local opened = given.opened
    if opened == true then
      opened = "decrypted"
    end
    local esp = datagrams.EspSeen.make(
      CAPTURE, given.frame, given.time, given.interface or 0, given.encapsulation or "", given.src,
      given.dst, given.spi, given.seq, given.length or 0, opened or "", given.reason or "",
      frames_of(given), given.next_header or 0, given.sport or 0, given.dport or 0,
      given.copy or false, LINE, given.icv or "", nil
    )
    self.sealed[given.frame] = { spi = esp.spi, dst = esp.dst }
    self.conductor:esp(esp)
    self:judge_closed()
  end

  local SAID = {
    dns = function(said)
      return datagrams.Dns.make(said.number, said.name, said.type, said.code, said.targets)
    end,
    tls = function(said)
      return datagrams.Tls.make(said.kind, said.version, said.cipher, said.alert, said.fatal, said.name, said.size)
    end,
    ike = function(said)
      return datagrams.Ike.make(said.initiator, said.exchange, said.response, said.error)
    end,
  }

  function Run:signal(given)
    self:pass_time(given.time)
    local said = given.said and SAID[given.kind] and SAID[given.kind](given.said) or nil
    self.conductor:signal(datagrams.Signal.make(
      CAPTURE, given.frame, given.time, given.kind, given.src, given.dst, given.sport, given.dport,
      given.detail, given.by, given.protection, given.spi, said
    ))
    self:judge_closed()
  end

  -- The capture went on to this time without a message, ESP or signal.
  function Run:pass(time)
    self:pass_time(time)
    self:judge_closed()
  end

  -- The capture ended; at `time`, where its last frame is none that was given.
  function Run:finish(time)
    if self.ended then
      return
    end
    self.due = 0 -- the end is told to all rooms
    self:pass(time ~= nil and time > self.latest and time or self.latest)
    for _, run in py.each(self:running()) do
      self.cut[("E%d"):format(run.number)] = true
    end
    self.ended = true
    self.conductor.latest = self.latest
    self.conductor:finish()
    self:judge_closed()
    self.all = self.judge:finish()
    self.conductor, self.judge, self.newest = nil, nil, nil -- nothing is open any more
  end

  -- ---- what closes

  function Run:judge_closed()
    for _, item in py.each(self.conductor:take()) do
      if py.isinstance(item, Exchange) then
        self:close(item)
      else
        self.judge:item(item)
      end
      items.release(item)
    end
  end

  function Run:close(run)
    local judged = self.judge:exchange(run)
    local closed = views.keep(run, put_away(judged, 1))
    self.closed[#self.closed + 1] = closed
    for i, step in py.each(run.steps) do
      if self.steps[step.frame] == nil then
        self.steps[step.frame] = { closed = closed, number = i }
      end
    end
    judged.facts:dismiss()
  end

  -- ---- what is known

  -- Findings as tables; before the end those that were found so far, without their numbers.
  function Run:findings()
    local count = self.ended and -1 or self.judge:__len__()
    if self.count ~= count then
      local known = self.count or 0
      if self.ended or known == 0 then
        known = 0
        self.told, self.at_frame, self.of_exchange, self.found = {}, {}, {}, {}
      end
      self.count = count
      for _, one in py.each(self.all or self.judge:since(known)) do
        local finding = views.finding(one)
        self.told[#self.told + 1] = finding
        self:file(finding, one)
      end
    end
    return self.told
  end

  -- Under its frame, and under its exchange: there also as the judge has it, for the verdict.
  function Run:file(finding, one)
    local frame, exchange = finding.frame, finding.exchange
    if frame then
      self.at_frame[frame] = self.at_frame[frame] or {}
      table.insert(self.at_frame[frame], finding)
    end
    if exchange then
      self.of_exchange[exchange] = self.of_exchange[exchange] or {}
      self.found[exchange] = self.found[exchange] or { n = 0 }
      table.insert(self.of_exchange[exchange], finding)
      py.append(self.found[exchange], one)
    end
  end

  function Run:new_view(closed)
    local id = ("E%d"):format(closed.run.number)
    local view = views.exchange(closed, self.found[id] or NONE)
    view.findings = self.of_exchange[id] or {}
    view.cut = self.cut[id]
    return view
  end

  function Run:view(closed)
    self:findings()
    if closed.view == nil or closed.count ~= self.count then
      closed.view, closed.count = self:new_view(closed), self.count
    end
    return closed.view
  end

  -- The exchanges that go on.
  function Run:running()
    return self.ended and NONE or self.conductor.reconstruction._runs._running:values()
  end

  local function by_number(one, other)
    return tonumber(one.id:sub(2)) < tonumber(other.id:sub(2))
  end

  -- All exchanges in the order in which they began; those that go on are marked `open`.
  function Run:exchanges()
    local list = {}
    for i, closed in ipairs(self.closed) do
      list[i] = self:view(closed)
    end
    for _, run in py.each(self:running()) do
      list[#list + 1] = views.open(run)
    end
    table.sort(list, by_number)
    return list
  end

  -- The exchanges of a finished run in the same order, one after the other: none of them is kept,
  -- as there may be many.
  function Run:each_exchange()
    self:findings()
    local list, at = {}, 0
    for i, closed in ipairs(self.closed) do
      list[i] = closed
    end
    table.sort(list, function(one, other) return one.run.number < other.run.number end)
    return function()
      at = at + 1
      local closed = list[at]
      return closed and (closed.count == self.count and closed.view or self:new_view(closed))
    end
  end

  -- How many exchanges a finished run has.
  function Run:size()
    return #self.closed
  end

  -- The exchange of this number in a finished run, nil where there is none.
  function Run:exchange(number)
    for _, closed in ipairs(self.closed) do
      if closed.run.number == number then
        return self:view(closed)
      end
    end
    return nil
  end

  -- The exchange of a frame, and the number of its step there.
  function Run:exchange_of(frame)
    local known = self.steps[frame]
    if known ~= nil then
      return self:view(known.closed), known.number
    end
    local message = self.heard[frame] and self.heard[frame][1]
    local candidates = NONE
    if message ~= nil and not self.ended then
      candidates = { self.conductor.reconstruction._runs:of_call(message.call_id), n = 1 }
    elseif self.sealed[frame] then
      candidates = self:running()
    end
    for _, run in py.each(candidates) do
      for i, step in py.each(run and run.steps or NONE) do
        if step.frame == frame then
          return views.open(run), i
        end
      end
    end
    return nil
  end

  function Run:findings_at(frame)
    self:findings()
    return self.at_frame[frame] or {}
  end

  function Run:said_in(frame)
    local list, any = {}, false
    for i, message in ipairs(self.heard[frame] or {}) do
      list[i] = said(message, frame)
      any = any or message.speaks
    end
    return list, any
  end

  -- What is known of a frame so far; nil where it has nothing to do with an agreement.
  function Run:of_frame(frame)
    local first = self.copies[frame] or frame
    local exchange, number = self:exchange_of(first)
    local said, any = self:said_in(first)
    local findings = self:findings_at(frame)
    local known = {
      frame = frame,
      copy_of = self.copies[frame],
      exchange = exchange,
      step = exchange and exchange.steps[number],
      links = exchange and exchange.links or {},
      findings = findings,
      messages = said,
    }
    if known.step and said[1] then
      said[1].comparison = known.step.comparison
    end
    self:add_esp(known, frame)
    if exchange == nil and known.association == nil and not any and #findings == 0 then
      return nil
    end
    local message = self.heard[first] and self.heard[first][1]
    if message then
      known.summary = message.summary
    end
    return known
  end

  function Run:add_esp(known, frame)
    local esp = self.sealed[frame]
    local message = self.heard[frame] and self.heard[frame][1]
    local spi = esp and esp.spi or (message and message.spi >= 0 and message.spi)
    if not spi then
      return
    end
    local dst = esp and esp.dst or message.dst
    local found = set_of(self, dst, spi, frame)
    known.spi = spi
    if found then
      known.association, known.sa = found.set, found.name
      known.announced = TO_CLIENT[found.name] and found.set.offered or found.set.announced
    end
  end

  function Run:associations()
    return self.sets
  end

  -- The set and the name of the SA of an ESP packet; nil where none was announced.
  function Run:sa(dst, spi)
    local found = set_of(self, dst, spi)
    if found then
      return found.set, found.name
    end
    return nil
  end

  -- Keys that challenges carried on Mw: a list of {rand, ck, ik}, octets.
  function Run:keys()
    return self.found_keys
  end

  return M
end

-- Made from analyzer/sip/message.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local NAMES = import("sip.headers").NAMES
  local SPAN_BITS = import("sip.headers").SPAN_BITS
  local SPAN_MASK = import("sip.headers").SPAN_MASK
  local SYNTHETIC = import("capture.text").SYNTHETIC
  local content_length = import("sip.fields").content_length
  local headers = import("sip.headers")
  local parse_address = import("sip.fields").parse_address
  local parse_challenges = import("sip.digest").parse_challenges
  local parse_contact = import("sip.fields").parse_contact
  local parse_credentials = import("sip.digest").parse_credentials
  local plain_expires = import("sip.fields").plain_expires
  local read_cseq = import("sip.fields").read_cseq
  local read_expires = import("sip.fields").read_expires
  local read_length = import("sip.fields").read_length
  local read_tokens = import("sip.fields").read_tokens
  local row_branches = import("sip.fields").row_branches
  local row_text = import("sip.headers").row_text
  local unfold = import("sip.headers").unfold
  local via_branches = import("sip.fields").via_branches
  local via_sent_by = import("sip.fields").via_sent_by
  local M = {}

  M.NO_TOKENS = py.set({ n = 0 })

  M.NO_ROWS = { n = 0 }

  -- One header row: its unfolded `value`, and the octets `raw[start:end]` it was read from.
  M.Row = py.struct("Row", { "value", "start", "end_" })

  function M.Row.make(value, start, end_)
    return setmetatable({ value = value, start = start, end_ = end_ }, M.Row)
  end
  py.done(M.Row)

  -- One place and time a message was captured at.
  M.Sighting = py.struct("Sighting", { "capture", "frame", "src", "dst", "sport", "dport", "path", "time", "interface", "ip_id", "line" })

  function M.Sighting.make(capture, frame, src, dst, sport, dport, path, time, interface, ip_id, line)
    if interface == nil then
      interface = 0
    end
    if ip_id == nil then
      ip_id = -1
    end
    if line == nil then
      line = 0
    end
    return setmetatable({
      capture = capture,
      frame = frame,
      src = src,
      dst = dst,
      sport = sport,
      dport = dport,
      path = path,
      time = time,
      interface = interface,
      ip_id = ip_id,
      line = line,
    }, M.Sighting)
  end
  py.done(M.Sighting)

  -- One SIP message on one hop.
  M.SipMessage = py.class("SipMessage")

  function M.SipMessage.make(head, raw, origin, frames, truncated)
    local self = setmetatable({}, M.SipMessage)
    self.capture = origin.capture
    self.line = origin.line
    self.frame = origin.frame
    self.frames = frames.n > 0 and frames or { origin.frame, n = 1 }
    self.time = origin.time
    self.interface = origin.interface
    self.path = origin.path
    self.src = origin.src
    self.sport = origin.sport
    self.dst = origin.dst
    self.dport = origin.dport
    self.transport = origin.transport
    self.protection = origin.protection
    self.spi = origin.spi
    self.seq = origin.seq
    self.stream = origin.stream
    self.ip_id = origin.ip_id
    self.raw = raw
    self.truncated = truncated
    local start = head.start
    self.method = start.method
    self.uri = start.uri
    self.code = start.code
    self.reason = start.reason
    self.is_request = start.code == 0
    self.body_start = head.body_start
    self.defects = head.defects
    self.index = head.index
    self._lines = head.lines
    self._spans = head.spans
    self.request = nil
    self.final = nil
    self.provisional = nil
    self.original = nil
    self.forward = nil
    self.source = nil
    self.variant_of = nil
    self.retransmissions = 0
    self._answers = nil
    self._sightings = nil
    self._challenges = nil
    self._credentials = nil
    self._contact = nil
    self._from = nil
    self._to = nil
    self:_read_transaction(head)
    self:_read_length(head)
    return self
  end

  -- It stands in a text: its addresses and ports are made up, how it travelled is unknown.
  function M.SipMessage.__get.synthetic(self)
    return str.startswith(self.path, SYNTHETIC)
  end

  -- Call-ID, CSeq and top Via (RFC 3261 8.1.1), the fields every message is matched by.
  function M.SipMessage:_read_transaction(head)
    local index, lines = head.index, head.lines
    local rows = index:get("call-id")
    self.call_id = rows == nil and "" or row_text(lines[rows[1] + 1])
    if self.call_id == "" then
      self:_defect("no-call-id")
    end
    rows = index:get("cseq")
    local value1
    if rows == nil then
      value1 = nil
    else
      value1 = read_cseq(lines[rows[1] + 1])
    end
    local cseq = value1
    if cseq ~= nil then
      self.cseq, self.cseq_method = cseq[1], cseq[2]
    else
      self.cseq = -1
      self.cseq_method = self.method
      self:_defect("cseq-bad")
    end
    rows = index:get("via")
    if rows ~= nil and rows.n == 1 then
      self.branches = row_branches(lines[rows[1] + 1])
    else
      self.branches = via_branches(head)
    end
    self.via_count = self.branches.n
    if self.branches.n > 0 then
      self.branch = self.branches[1]
    else
      self.branch = ""
      self:_defect("no-via")
    end
  end

  -- Where the body ends (RFC 3261 18.3: Content-Length, else the end of the datagram).
  function M.SipMessage:_read_length(head)
    self.body_end = #self.raw
    local rows = head.index:get("content-length")
    if rows ~= nil then
      local value1
      if rows.n == 1 then
        value1 = read_length(head.lines[rows[1] + 1])
      else
        value1 = content_length(head)
      end
      local length = value1
      local have = self.body_end - self.body_start
      if length == nil then
        self:_defect("content-length-bad")
      elseif length < have then
        self.body_end = self.body_start + length
        self:_defect("content-length-short")
      elseif length > have then
        self.truncated = true
      end
      if rows.n > 1 then
        self:_defect("content-length-repeated")
      end
    end
    if self.truncated then
      self:_defect("truncated")
    end
  end

  function M.SipMessage:_defect(defect)
    self.defects = py.concat(self.defects, { defect, n = 1 })
  end

  -- Let go of all that can be read from `raw` again, for a message that is only remembered.
  function M.SipMessage:slim()
    if self._lines == nil then
      return
    end
    self._lines = nil
    self._challenges = nil
    self._credentials = nil
    self._contact = nil
    self._from = nil
    self._to = nil
  end

  -- Host and port as written in the top Via, "" without one (RFC 3261 18.1.1).
  function M.SipMessage.__get.sent_by(self)
    local via = self:_first("via")
    return (via or "") ~= "" and via_sent_by(via) or ""
  end

  -- The other places it was captured at.
  function M.SipMessage.__get.copies(self)
    return self._sightings == nil and { n = 0 } or py.slice(self._sightings, 1)
  end

  -- All places it was captured at; the first is the message itself.
  function M.SipMessage.__get.sightings(self)
    if self._sightings == nil then
      self._sightings = { M.Sighting.make(self.capture, self.frame, self.src, self.dst, self.sport, self.dport, self.path, self.time, self.interface, self.ip_id, self.line), n = 1 }
    end
    return self._sightings
  end

  -- Of a request: the first response of each code on this hop.
  function M.SipMessage.__get.answers(self)
    if self._answers == nil then
      self._answers = py.dict()
    end
    return self._answers
  end

  -- The body, as long as Content-Length says; octets behind it stay in `raw`.
  function M.SipMessage.__get.body(self)
    return str.slice(self.raw, self.body_start, self.body_end)
  end

  -- The numbers of the rows by name, one object for all usual heads of the same names in the
  function M.SipMessage.__get.layout(self)
    return self._spans == nil and self.index or nil
  end

  -- The octets of its rows by their numbers.
  function M.SipMessage.__get.lines(self)
    if self._lines == nil then
      self._lines = headers.row_lines(self.raw, self.body_start, self._spans)
    end
    return self._lines
  end

  -- Whether there is a row of that header; any case, compact or not.
  function M.SipMessage:has(name)
    return self.index:has(name) or not NAMES:has(name) and self.index:has(headers.full_name(name))
  end

  -- The numbers of the rows of that header, in order.
  function M.SipMessage:_numbers(name)
    local numbers = self.index:get(name)
    if numbers == nil and not NAMES:has(name) then
      numbers = self.index:get(headers.full_name(name))
    end
    return numbers == nil and M.NO_ROWS or numbers
  end

  -- The rows of a header in order, one `Row` each; any case, compact or not.
  function M.SipMessage:rows(name)
    local list1 = { n = 0 }
    for _, number in py.each(self:_numbers(name)) do
      py.append(list1, self:_row(number))
    end
    return list1
  end

  function M.SipMessage:_row(number)
    if self._spans == nil then
      self._spans = headers.row_spans(self.raw, self.body_start)
    end
    local span = self._spans[number]
    local line = str.slice(self.raw, py.rshift(span, SPAN_BITS), py.band(span, SPAN_MASK))
    local octets = str.slice(line, str.find(line, ":") + 1)
    local end_ = py.band(span, SPAN_MASK) - #octets + #str.rstrip(octets, " \t\r\n")
    octets = str.strip(octets, " \t\r\n")
    return M.Row.make(unfold(octets), end_ - #octets, end_)
  end

  -- The text of each row of a header, unfolded, not split; any case, compact or not.
  function M.SipMessage:texts(name)
    local value1 = self.index:get(name)
    if not (value1 and value1.n > 0) then
      value1 = self:_numbers(name)
    end
    local numbers = value1
    local value2
    if numbers.n > 0 then
      local list2 = { n = 0 }
      for _, number in py.each(numbers) do
        py.append(list2, row_text(self:_line(number)))
      end
      value2 = list2
    else
      value2 = { n = 0 }
    end
    return value2
  end

  -- As `texts`, folds as they stand; a line without colon below a row is taken for the rest
  function M.SipMessage:folded_texts(name)
    local found = { n = 0 }
    local value1 = self.index:get(name)
    if not (value1 and value1.n > 0) then
      value1 = self:_numbers(name)
    end
    local numbers = value1
    if numbers.n == 0 then
      return found
    end
    local broken = py.contains(self.defects, "line-without-colon")
    for _, number in py.each(numbers) do
      local line = self:_line(number)
      if broken then
        line = line .. self:_cut_off(number)
      end
      py.append(found, headers.decode(str.strip(str.partition(line, ":")[3], " \t\r\n")))
    end
    return found
  end

  -- The octets of a header's value, folds as they stand: its only row, in a message without
  function M.SipMessage:whole_octets(name)
    local numbers = self.index:get(name)
    if numbers == nil or (numbers.n ~= 1 or self.defects.n > 0) then
      return nil
    end
    return str.strip(str.partition((self._lines and self._lines.n > 0 and self._lines or self.lines)[numbers[1] + 1], ":")[3], " \t\r\n")
  end

  function M.SipMessage:_cut_off(number)
    local last = (self._spans or { n = 0 }).n
    local after = number < last and self:_line(number + 1) or ""
    return (str.contains(after, ":") or after == "") and "" or "\r\n" .. after
  end

  function M.SipMessage:_line(number)
    return (self._lines and self._lines.n > 0 and self._lines or self.lines)[number + 1]
  end

  -- The values over all rows, split at commas outside quotes and angle brackets.
  function M.SipMessage:values(name)
    local texts = self:texts(name)
    if texts.n == 1 then
      return headers.split_values(texts[1])
    end
    local list1 = { n = 0 }
    for _, text in py.each(texts) do
      for _, value in py.each(headers.split_values(text)) do
        py.append(list1, value)
      end
    end
    return list1
  end

  -- The text of the first row, not split; None without one.
  function M.SipMessage:value(name)
    local value1 = self.index:get(name)
    if not (value1 and value1.n > 0) then
      value1 = self:_numbers(name)
    end
    local numbers = value1
    return numbers.n > 0 and row_text(self:_line(numbers[1])) or nil
  end

  -- The octets of the first row, name and all; empty without one.
  function M.SipMessage:first_row(name)
    local value1 = self.index:get(name)
    if not (value1 and value1.n > 0) then
      value1 = self:_numbers(name)
    end
    local numbers = value1
    return numbers.n > 0 and (self._lines and self._lines.n > 0 and self._lines or self.lines)[numbers[1] + 1] or ""
  end

  -- The first of `values`; None without one.
  function M.SipMessage:_first(name)
    for _, text in py.each(self:texts(name)) do
      if text ~= "" and not str.contains(text, ",") then
        return text
      end
      local values = headers.split_values(text)
      if values.n > 0 then
        return values[1]
      end
    end
    return nil
  end

  -- The lower-cased comma-separated tokens of all rows (Require, Supported, ...).
  function M.SipMessage:tokens(name)
    local numbers = self:_numbers(name)
    if numbers.n == 1 then
      return read_tokens(self:_line(numbers[1]))
    end
    local list1 = { n = 0 }
    for _, number in py.each(numbers) do
      py.append(list1, read_tokens(self:_line(number)))
    end
    return M.NO_TOKENS:union(py.unpack(list1))
  end

  -- The name of each row in order: lower case, compact forms written out.
  function M.SipMessage:header_names()
    local list1 = { n = 0 }
    for name, numbers in self.index:pairs() do
      for _, row in py.each(numbers) do
        py.append(list1, { row, name, n = 2 })
      end
    end
    local rows = list1
    local list2 = { n = 0 }
    for _, item1 in py.each(py.sorted(rows)) do
      local name = item1[2]
      py.append(list2, name)
    end
    return list2
  end

  -- All challenges: WWW-Authenticate, then Proxy-Authenticate, in order.
  function M.SipMessage.__get.challenges(self)
    if self._challenges == nil then
      local list1 = { n = 0 }
      for _, name in py.each({ "www-authenticate", "proxy-authenticate", n = 2 }) do
        for _, number in py.each(self.index:get(name, M.NO_ROWS)) do
          for _, challenge in py.each(parse_challenges(row_text(self:_line(number)))) do
            py.append(list1, challenge)
          end
        end
      end
      self._challenges = list1
    end
    return self._challenges
  end

  -- The first challenge for Digest AKA, else the first one.
  function M.SipMessage.__get.challenge(self)
    local found = self.challenges
    for _, one in py.each(found) do
      if one.aka then
        return one
      end
    end
    return found.n > 0 and found[1] or nil
  end

  -- The first credentials for Digest AKA, else the first (Authorization before Proxy-).
  function M.SipMessage.__get.credentials(self)
    if self._credentials == nil then
      local first = nil
      for _, name in py.each({ "authorization", "proxy-authorization", n = 2 }) do
        for _, number in py.each(self.index:get(name, M.NO_ROWS)) do
          local one = parse_credentials(row_text(self:_line(number)))
          if first == nil or one ~= nil and (one.aka and not first.aka) then
            first = one
          end
        end
      end
      self._credentials = { first, n = 1 }
    end
    return self._credentials[1]
  end

  -- URI and tag of From or To; "" for what is not there.
  function M.SipMessage:_party(name)
    local text = self:value(name)
    if (text or "") == "" then
      return { "", "", n = 2 }
    end
    local tuple1 = parse_address(text)
    local uri, params = tuple1[1], tuple1[2]
    return { uri, params:get("tag", ""), n = 2 }
  end

  function M.SipMessage.__get._from_party(self)
    if self._from == nil then
      self._from = self:_party("from")
    end
    return self._from
  end

  function M.SipMessage.__get._to_party(self)
    if self._to == nil then
      self._to = self:_party("to")
    end
    return self._to
  end

  -- URI of From; "" without one.
  function M.SipMessage.__get.from_uri(self)
    return self._from_party[1]
  end

  -- Tag of From; "" without one.
  function M.SipMessage.__get.from_tag(self)
    return self._from_party[2]
  end

  -- URI of To; "" without one.
  function M.SipMessage.__get.to_uri(self)
    return self._to_party[1]
  end

  -- Tag of To; "" without one.
  function M.SipMessage.__get.to_tag(self)
    return self._to_party[2]
  end

  -- The first Contact value; None without one.
  function M.SipMessage.__get.contact(self)
    if self._contact == nil then
      local value = self:_first("contact")
      self._contact = { (value or "") ~= "" and parse_contact(value) or nil, n = 1 }
    end
    return self._contact[1]
  end

  -- Seconds: `expires` of the first Contact, else the Expires header (RFC 3261 10.2.1.1).
  function M.SipMessage.__get.expires(self)
    local rows = self.index:get("contact", M.NO_ROWS)
    for _, number in py.each(rows) do
      local row = self:_line(number)
      if str.contains(str.lower(row), "expires") then
        local value1
        if rows.n == 1 then
          value1 = plain_expires(row_text(row))
        end
        local plain = value1
        if plain ~= nil then
          return plain
        end
        local contact = self.contact
        if contact ~= nil and contact.expires ~= nil then
          return contact.expires
        end
      end
    end
    return read_expires(self:first_row("expires"))
  end
  py.done(M.SipMessage)

  return M
end

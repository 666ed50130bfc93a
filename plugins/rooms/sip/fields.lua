-- Made from analyzer/sip/fields.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local COMMA = import("sip.headers").COMMA
  local LF = import("sip.headers").LF
  local METHODS = import("sip.headers").METHODS
  local QUOTE = import("sip.headers").QUOTE
  local headers = import("sip.headers")
  local limits = import("limits")
  local row_text = import("sip.headers").row_text
  local M = {}

  M._PLAIN_CONTACT = regex.compile({groups = 1, names = {}, match = {"char", 60, 0, 0, "span", "^[^\034<>]*", 0, 0, "char", 62, 0, 0, "save", 2, 0, 0, "split", 21, 49, 0, "char", 59, 0, 0, "span", "^[^\034,;<>]*", 0, 0, "split", 33, 45, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "char", 34, 0, 0, "jump", 17, 0, 0, "save", 3, 1, 0, "match", 0, 0, 0}, full = {"char", 60, 0, 0, "span", "^[^\034<>]*", 0, 0, "char", 62, 0, 0, "save", 2, 0, 0, "split", 21, 49, 0, "char", 59, 0, 0, "span", "^[^\034,;<>]*", 0, 0, "split", 33, 45, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "char", 34, 0, 0, "jump", 17, 0, 0, "save", 3, 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "<", text = true})

  -- The first Contact value; `uri` is `*` where it asks to remove all bindings.
  M.Contact = py.struct("Contact", { "uri", "host", "port", "expires", "params" })

  function M.Contact.make(uri, host, port, expires, params)
    return setmetatable({
      uri = uri,
      host = host,
      port = port,
      expires = expires,
      params = params,
    }, M.Contact)
  end
  py.done(M.Contact)

  -- Number and method of a CSeq row (RFC 3261 20.16); None where it is none.
  M.read_cseq = py.remembered(limits.READINGS, limits.READING, function(line)
    local parts = str.split(str.slice(line, str.find(line, ":") + 1))
    if parts.n ~= 2 or (not str.isdigit(parts[1]) or #parts[1] > 10) then
      return nil
    end
    local value1 = METHODS:get(parts[2])
    if (value1 or "") == "" then
      value1 = headers.decode(parts[2])
    end
    return { tonumber(parts[1], 10), value1, n = 2 }
  end)

  -- The number in a Content-Length row, at most one more than `limits.MESSAGE`; None where it
  M.read_length = py.remembered(limits.READINGS, limits.READING, function(line)
    local digits = str.strip(str.slice(line, str.find(line, ":") + 1), " \t\n\r\f\v")
    if not str.isdigit(digits) then
      return nil
    end
    if #digits > #str.of(limits.MESSAGE) then
      return limits.MESSAGE + 1
    end
    return math.min(tonumber(digits, 10), limits.MESSAGE + 1)
  end)

  -- The lower-cased comma-separated tokens of one row, given the whole row.
  M.read_tokens = py.remembered(limits.READINGS, limits.READING, function(line)
    local list1 = { n = 0 }
    for _, value in py.each(headers.split_values(row_text(line))) do
      py.append(list1, str.lower(value))
    end
    return py.set(list1)
  end)

  -- The seconds in an Expires row, given the whole row; None where they are no number.
  M.read_expires = py.remembered(limits.READINGS, limits.READING, function(line)
    return M.read_number(row_text(line))
  end)

  -- Content-Length of a head, the largest of several; None where absent or not a number.
  function M.content_length(head)
    local rows = head.index:get("content-length")
    if rows == nil then
      return nil
    end
    if rows.n == 1 then
      return M.read_length(head.lines[rows[1] + 1])
    end
    local list1 = { n = 0 }
    for _, row in py.each(rows) do
      py.append(list1, M.read_length(head.lines[row + 1]))
    end
    local numbers = list1
    local list2 = { n = 0 }
    for _, number in py.each(numbers) do
      if number ~= nil then
        py.append(list2, number)
      end
    end
    return py.max(list2)
  end

  -- The branch parameter of each Via value, top first; "" where one has none.
  function M.via_branches(head)
    local rows = head.index:get("via")
    if rows == nil then
      return { n = 0 }
    end
    if rows.n == 1 then
      return M.row_branches(head.lines[rows[1] + 1])
    end
    local list1 = { n = 0 }
    for _, row in py.each(rows) do
      for _, branch in py.each(M.row_branches(head.lines[row + 1])) do
        py.append(list1, branch)
      end
    end
    return list1
  end

  -- The branch parameter of each value of one Via row; "" where one has none.
  function M.row_branches(line)
    local start = str.find(line, ";branch=") + 8
    if start < 8 or (str.has_octet(line, COMMA) or (str.has_octet(line, QUOTE) or str.has_octet(line, LF))) then
      return py.list(py.map(M.via_branch, headers.split_values(row_text(line))))
    end
    local end_ = str.find(line, ";", start)
    local branch = end_ < 0 and str.slice(line, start) or str.slice(line, start, end_)
    return { str.decode(str.strip(branch, " \t\n\r\f\v")), n = 1 }
  end

  -- The branch parameter of one Via value, "" without one.
  function M.via_branch(via)
    return headers.parameters(py.slice(headers.split_outside(via, ";"), 1)):get("branch", "")
  end

  -- The sent-by of one Via value (`host` or `host:port`), "" without one.
  function M.via_sent_by(via)
    local protocol = str.split(str.split(via, ";", 1)[1], "/", 2)
    if protocol.n < 3 then
      return ""
    end
    local words = str.split(protocol[3])
    return str.join("", py.slice(words, 1))
  end

  -- URI and header parameters of a name-addr or addr-spec (RFC 3261 20.10, 25.1).
  function M.parse_address(text)
    local tuple1 = str.partition(text, "<")
    local before, opened, rest = tuple1[1], tuple1[2], tuple1[3]
    local tuple2 = str.partition(rest, ">")
    local uri, closed, after = tuple2[1], tuple2[2], tuple2[3]
    local parts
    if opened ~= "" and (closed ~= "" and (not str.contains(before, ";") and (not str.contains(before, "\"") and not str.contains(uri, "\"")))) then
      if after == "" then
        return { str.strip(uri), py.dict(), n = 2 }
      end
      parts = headers.split_outside(after, ";")
      if not str.contains(parts[1], "\"") then
        return { str.strip(uri), headers.parameters(py.slice(parts, 1)), n = 2 }
      end
    end
    parts = headers.split_outside(text, ";")
    local first = parts[1]
    local begin = M._bracket(first)
    if begin >= 0 then
      local end_ = str.find(first, ">", begin)
      first = str.slice(first, begin + 1, end_ >= 0 and end_ or #first)
    end
    return { str.strip(first), headers.parameters(py.slice(parts, 1)), n = 2 }
  end

  -- Where `<` opens outside a quoted display name, -1 without one.
  function M._bracket(text)
    if not str.contains(text, "\"") then
      return str.find(text, "<")
    end
    return str.find(text, "<", str.rfind(text, "\"", 0, str.rfind(text, "<") + 1) + 1)
  end

  -- Read one Contact value (RFC 3261 20.10).
  function M.parse_contact(text)
    local tuple1 = M.parse_address(text)
    local uri, params = tuple1[1], tuple1[2]
    local tuple2 = M.uri_host_port(uri)
    local host, port = tuple2[1], tuple2[2]
    return M.Contact.make(uri, host, port, M.read_number(params:get("expires", "")), params)
  end

  -- `expires` of a row with one Contact value, where a look tells: the URI stands in brackets,
  function M.plain_expires(text)
    local plain = M._PLAIN_CONTACT:fullmatch(text)
    if plain == nil then
      return nil
    end
    local params = str.lower(plain:group(1))
    local tuple1 = str.partition(params, "expires")
    local before, found, rest = tuple1[1], tuple1[2], tuple1[3]
    if found == "" or (str.contains(rest, found) or (str.count(before, "\"") % 2 ~= 0 or not str.endswith(str.rstrip(before), ";"))) then
      return nil
    end
    local tuple2 = str.partition(rest, ";")
    local equal = tuple2[1]
    local tuple3 = str.partition(equal, "=")
    local mark, number = tuple3[1], tuple3[3]
    local value1
    if str.strip(mark) ~= "" then
      value1 = nil
    else
      value1 = M.read_number(number)
    end
    return value1
  end

  -- Host and port of a SIP URI; ("", 0) of other URIs, port 0 where none is written.
  function M.uri_host_port(uri)
    local tuple1 = str.partition(uri, ":")
    local scheme, rest = tuple1[1], tuple1[3]
    local value1 = str.lower(scheme)
    if not (value1 == "sip" or value1 == "sips") then
      return { "", 0, n = 2 }
    end
    local hostport = str.split(rest, "?", 1)[1]
    hostport = str.contains(hostport, "@") and str.rpartition(hostport, "@")[3] or hostport
    hostport = str.split(hostport, ";", 1)[1]
    local host, port
    if str.startswith(hostport, "[") then
      local tuple2 = str.partition(string.sub(hostport, 2), "]")
      host, port = tuple2[1], tuple2[3]
      port = str.lstrip(port, ":")
    else
      local tuple3 = str.partition(hostport, ":")
      host, port = tuple3[1], tuple3[3]
    end
    local written = M.read_number(port)
    return { str.strip(host), written ~= nil and written <= 65535 and written or 0, n = 2 }
  end

  -- A decimal of at most ten digits, else None.
  function M.read_number(text)
    text = str.strip(text)
    return str.isascii(text) and (str.isdigit(text) and #text <= 10) and tonumber(text, 10) or nil
  end

  return M
end

-- What Python's str and bytes do, over strings of octets. Text is UTF-8; letters, digits and blanks
-- are told where they are ASCII. Positions are counted from 0 and from the end where negative, a
-- list has its length in `n`, and what Python raises is an error.

return function()
  local byte, char, concat, find, floor, format, gsub, match, rep, sub =
    string.byte, string.char, table.concat, string.find, math.floor, string.format, string.gsub, string.match,
    string.rep, string.sub

  local M = {}

  M.lower, M.upper = string.lower, string.upper

  -- ---- parts

  -- `from` and `to` of Python as those of string.sub.
  local function bounds(size, from, to)
    from, to = from or 0, to or size
    if from < 0 then
      from = from + size < 0 and 0 or from + size
    end
    if to < 0 then
      to = to + size < 0 and 0 or to + size
    elseif to > size then
      to = size
    end
    return from + 1, to
  end

  function M.slice(s, from, to)
    from, to = bounds(#s, from, to)
    return sub(s, from, to)
  end

  -- One character, "" outside.
  function M.at(s, index)
    return sub(s, index < 0 and index or index + 1, index < 0 and index or index + 1)
  end

  function M.capitalize(s)
    return sub(s, 1, 1):upper() .. sub(s, 2):lower()
  end

  function M.title(s)
    return (gsub(s, "(%a)(%a*)", function(first, rest)
      return first:upper() .. rest:lower()
    end))
  end

  local BLANK = " \t\n\r\v\f\28-\31"
  local LEADING, TRAILING = {}, {}

  local function strippers(chars)
    if not LEADING[chars] then
      local class = chars == BLANK and chars or gsub(chars, "[%^%]%-%%]", "%%%0")
      LEADING[chars] = "^[" .. class .. "]+"
      TRAILING[chars] = "[" .. class .. "]"
    end
    return LEADING[chars], TRAILING[chars]
  end

  function M.lstrip(s, chars)
    if chars == "" then
      return s
    end
    local _, last = find(s, (strippers(chars or BLANK)))
    return last and sub(s, last + 1) or s
  end

  function M.rstrip(s, chars)
    if chars == "" then
      return s
    end
    local _, class = strippers(chars or BLANK)
    local size = #s
    while size > 0 and find(sub(s, size, size), class) do
      size = size - 1
    end
    return size < #s and sub(s, 1, size) or s
  end

  function M.strip(s, chars)
    return M.lstrip(M.rstrip(s, chars), chars)
  end

  function M.removeprefix(s, prefix)
    return sub(s, 1, #prefix) == prefix and sub(s, #prefix + 1) or s
  end

  function M.removesuffix(s, suffix)
    if suffix ~= "" and sub(s, -#suffix) == suffix then
      return sub(s, 1, -#suffix - 1)
    end
    return s
  end

  -- ---- looking

  local function any_of(affix, holds)
    if type(affix) == "string" then
      return holds(affix)
    end
    for place = 1, affix.n do
      if holds(affix[place]) then
        return true
      end
    end
    return false
  end

  -- `prefix` is a text or a tuple of them, as in `endswith`.
  function M.startswith(s, prefix, from, to)
    if from or to then
      s = M.slice(s, from, to)
    end
    if type(prefix) == "string" then
      return sub(s, 1, #prefix) == prefix
    end
    return any_of(prefix, function(one)
      return sub(s, 1, #one) == one
    end)
  end

  function M.endswith(s, suffix)
    return any_of(suffix, function(one)
      return one == "" or sub(s, -#one) == one
    end)
  end

  function M.contains(s, what)
    return find(s, what, 1, true) ~= nil
  end

  function M.has_octet(s, octet)
    return find(s, char(octet), 1, true) ~= nil
  end

  function M.find(s, what, from, to)
    local size = #s
    if from and from > size then
      return -1
    end
    local first, last = bounds(size, from, to)
    if last - first + 1 < #what then
      return -1
    end
    local place, ended = find(last < size and sub(s, 1, last) or s, what, first, true)
    return place and ended <= last and place - 1 or -1
  end

  function M.rfind(s, what, from, to)
    local first, last = bounds(#s, from, to)
    if from and from > #s then
      return -1
    end
    local one = byte(what, 1)
    for place = last - #what + 1, first, -1 do
      if one == nil or (byte(s, place) == one and sub(s, place, place + #what - 1) == what) then
        return place - 1
      end
    end
    return -1
  end

  function M.index(s, what, from, to)
    local place = M.find(s, what, from, to)
    if place < 0 then
      error("ValueError: not in the text")
    end
    return place
  end

  function M.count(s, what)
    if what == "" then
      return #s + 1
    end
    local found, place, ended = 0, find(s, what, 1, true)
    while place do
      found = found + 1
      place, ended = find(s, what, ended + 1, true)
    end
    return found
  end

  local function all_of(class)
    local pattern = "^[" .. class .. "]+$"
    return function(s)
      return find(s, pattern) ~= nil
    end
  end

  M.isdigit = all_of("0-9")
  M.isdecimal = M.isdigit
  M.isalpha = all_of("A-Za-z\128-\255")
  M.isalnum = all_of("0-9A-Za-z\128-\255")
  M.isspace = all_of(BLANK)

  function M.isascii(s)
    return not find(s, "[\128-\255]")
  end

  function M.isprintable(s)
    return not find(s, "[%z\1-\31\127]")
  end

  function M.isupper(s)
    return find(s, "[A-Z]") ~= nil and not find(s, "[a-z]")
  end

  function M.islower(s)
    return find(s, "[a-z]") ~= nil and not find(s, "[A-Z]")
  end

  -- ---- cutting and joining

  function M.partition(s, what)
    local place, ended = find(s, what, 1, true)
    if not place then
      return { s, "", "", n = 3 }
    end
    return { sub(s, 1, place - 1), what, sub(s, ended + 1), n = 3 }
  end

  function M.rpartition(s, what)
    local place = M.rfind(s, what)
    if place < 0 then
      return { "", "", s, n = 3 }
    end
    return { sub(s, 1, place), what, sub(s, place + #what + 1), n = 3 }
  end

  local NOT_BLANK = "[^" .. BLANK .. "]"
  local WORD = "^[^" .. BLANK .. "]+"

  local function words(s, most)
    local found, n = {}, 0
    local place = find(s, NOT_BLANK)
    while place do
      n = n + 1
      if most >= 0 and n > most then
        found[n] = sub(s, place)
        break
      end
      local _, last = find(s, WORD, place)
      found[n] = sub(s, place, last)
      place = find(s, NOT_BLANK, last + 1)
    end
    found.n = n
    return found
  end

  -- At blanks where `by` is nil; `most` times at the most.
  function M.split(s, by, most)
    most = most or -1
    if by == nil then
      return words(s, most)
    end
    local found, n, done = {}, 0, 1
    local place, ended = find(s, by, 1, true)
    while place and (most < 0 or n < most) do
      n = n + 1
      found[n] = sub(s, done, place - 1)
      done = ended + 1
      place, ended = find(s, by, done, true)
    end
    n = n + 1
    found[n] = sub(s, done)
    found.n = n
    return found
  end

  function M.rsplit(s, by, most)
    if most == nil or most < 0 then
      return M.split(s, by)
    end
    local parts, n = {}, 0
    while n < most do
      local place = M.rfind(s, by)
      if place < 0 then
        break
      end
      n = n + 1
      parts[n] = sub(s, place + #by + 1)
      s = sub(s, 1, place)
    end
    local found = { s, n = n + 1 }
    for i = n, 1, -1 do
      found[n - i + 2] = parts[i]
    end
    return found
  end

  -- The end of the line that ends at `place`, an octet of the classes below: where the next begins.
  local function next_line(s, place)
    local octet = byte(s, place)
    if octet == 13 and byte(s, place + 1) == 10 then
      return place + 2
    elseif octet == 0xC2 then
      return byte(s, place + 1) == 0x85 and place + 2 or nil
    elseif octet == 0xE2 then
      local following = sub(s, place + 1, place + 2)
      return (following == "\128\168" or following == "\128\169") and place + 3 or nil
    end
    return place + 1
  end

  function M.splitlines(s)
    local found, n, done = {}, 0, 1
    local place = find(s, "[\10-\13\28-\30\194\226]")
    while place do
      local after = next_line(s, place)
      if after then
        n = n + 1
        found[n] = sub(s, done, place - 1)
        done = after
      end
      place = find(s, "[\10-\13\28-\30\194\226]", after or place + 1)
    end
    if done <= #s then
      n = n + 1
      found[n] = sub(s, done)
    end
    found.n = n
    return found
  end

  function M.join(by, list)
    return concat(list, by, 1, list.n)
  end

  function M.replace(s, what, by, most)
    if what == "" then
      error("replacing nothing")
    end
    if not find(s, what, 1, true) then
      return s
    end
    return M.join(by, M.split(s, what, most))
  end

  function M.ljust(s, width, fill)
    return s .. rep(fill or " ", width - #s)
  end

  function M.rjust(s, width, fill)
    return rep(fill or " ", width - #s) .. s
  end

  function M.zfill(s, width)
    local sign, digits = match(s, "^([+-]?)(.*)$")
    return sign .. rep("0", width - #s) .. digits
  end

  -- ---- numbers

  local function whole(number)
    return format(number >= -0x20000000000000 and number <= 0x20000000000000 and "%d" or "%.0f", number)
  end

  -- `str(value)` of a number, a truth, None, an address or a text.
  function M.of(value)
    local kind = type(value)
    if kind == "string" then
      return value
    elseif kind == "number" then
      return value == floor(value) and whole(value) or format("%.17g", value)
    elseif kind == "boolean" then
      return value and "True" or "False"
    elseif kind == "nil" then
      return "None"
    end
    return tostring(value)
  end

  local DIGITS = "^[0-9a-zA-Z]+$"

  function M.int(value, base)
    if type(value) == "number" then
      return value < 0 and -floor(-value) or floor(value)
    elseif type(value) == "boolean" then
      return value and 1 or 0
    end
    local sign, digits = match(M.strip(value), "^([+-]?)(.*)$")
    local plain = gsub(digits, "([0-9a-zA-Z])_([0-9a-zA-Z])", "%1%2")
    plain = gsub(plain, "([0-9a-zA-Z])_([0-9a-zA-Z])", "%1%2")
    base = base or 10
    local number = 0
    if not find(plain, DIGITS) then
      error("ValueError: no number")
    end
    for place = 1, #plain do
      local digit = tonumber(sub(plain, place, place), 36)
      if digit >= base then
        error("ValueError: no number")
      end
      number = number * base + digit
      if number > 0x20000000000000 then -- beyond what is counted without loss: as a double, everywhere
        number = number + 0.0
      end
    end
    return sign == "-" and -number or number
  end

  function M.int_from_bytes(s, order)
    local number = 0
    for i = 1, #s do
      local place = order == "little" and #s + 1 - i or i
      number = number * 256 + byte(s, place)
    end
    return number
  end

  function M.int_to_bytes(number, size, order)
    local octets = {}
    for i = 1, size do
      local octet = number % 256
      octets[order == "little" and i or size + 1 - i] = char(octet)
      number = (number - octet) / 256
    end
    if number ~= 0 then
      error("OverflowError: too large")
    end
    return concat(octets)
  end

  local function grouped(digits)
    return (gsub(gsub(digits:reverse(), "(%d%d%d)", "%1,"):reverse(), "^,", ""))
  end

  -- The text of a value by a format specification: of numbers d x X o b f e g %, of texts s, with
  -- fill, alignment, sign, `#`, width, `,` and precision.
  function M.format(value, specification)
    local fill, align, rest = match(specification, "^(.)([<>=^])(.*)$")
    if not fill then
      align, rest = match(specification, "^([<>=^]?)(.*)$")
    end
    local sign, alternate, zero, width, comma, precision, kind =
      match(rest, "^([+ -]?)(#?)(0?)(%d*)(,?)%.?(%d*)([%a%%]?)$")
    if not sign then
      error("ValueError: " .. specification)
    end
    local text
    local head = ""
    if type(value) == "number" and kind ~= "s" then
      local size = value < 0 and -value or value
      if kind == "" then
        text = M.of(size)
      elseif kind == "d" then
        text = whole(size)
      elseif kind == "b" then
        text = size == 0 and "0" or ""
        while size > 0 do
          text = floor(size % 2) .. text
          size = floor(size / 2)
        end
      elseif kind == "%" then
        text = format("%." .. (precision == "" and "6" or precision) .. "f%%", size * 100)
      elseif find(kind, "^[feg]$") then
        text = format("%." .. (precision == "" and "6" or precision) .. kind, size)
      else
        text = format("%" .. kind, size)
      end
      if comma ~= "" then
        text = gsub(text, "^%d+", grouped)
      end
      if alternate ~= "" and find(kind, "^[xXob]$") then
        head = "0" .. kind
      end
      head = (value < 0 and "-" or (sign ~= "-" and sign or "")) .. head
      align = align ~= "" and align or (zero ~= "" and "=" or ">")
    else
      text = M.of(value)
      if precision ~= "" then
        text = sub(text, 1, tonumber(precision))
      end
      align = align ~= "" and align or "<"
    end
    fill = fill or (zero ~= "" and "0" or " ")
    local missing = (tonumber(width) or 0) - #text - #head
    if align == "=" then
      return head .. rep(fill, missing) .. text
    elseif align == ">" then
      return rep(fill, missing) .. head .. text
    elseif align == "^" then
      return rep(fill, floor(missing / 2)) .. head .. text .. rep(fill, missing - floor(missing / 2))
    end
    return head .. text .. rep(fill, missing)
  end

  -- ---- octets

  function M.hex(s)
    return (gsub(s, ".", function(octet)
      return format("%02x", byte(octet))
    end))
  end

  -- Pairs of digits; blanks may stand between them.
  function M.fromhex(s)
    local octets, n, place = {}, 0, 1
    while true do
      place = find(s, "[^ \t\n\r\v\f]", place)
      if not place then
        return concat(octets)
      end
      local pair = match(s, "^%x%x", place)
      if not pair then
        error("ValueError: no hexadecimal digits")
      end
      n = n + 1
      octets[n] = char(tonumber(pair, 16))
      place = place + 2
    end
  end

  local SIXTY_FOUR = {}
  for place = 1, 64 do
    SIXTY_FOUR[byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", place)] = place - 1
  end

  -- With validate=True: anything else than the alphabet, well padded, is an error.
  function M.b64decode(s)
    local data, padding = match(s, "^([A-Za-z0-9+/]*)(=?=?)$")
    if not data or (#data + #padding) % 4 ~= 0 then
      error("ValueError: not base64")
    end
    local octets, n, held, bits = {}, 0, 0, 0
    for place = 1, #data do
      held = held * 64 + SIXTY_FOUR[byte(data, place)]
      bits = bits + 6
      if bits >= 8 then
        bits = bits - 8
        local rest = held % 2 ^ bits
        n = n + 1
        octets[n] = char((held - rest) / 2 ^ bits)
        held = rest
      end
    end
    return concat(octets)
  end

  -- First octet of a letter in UTF-8: how long it is, and what the second one may be.
  local function letter(octet)
    if octet >= 0xC2 and octet <= 0xDF then
      return 2, 0x80, 0xBF
    elseif octet >= 0xE0 and octet <= 0xEF then
      return 3, octet == 0xE0 and 0xA0 or 0x80, octet == 0xED and 0x9F or 0xBF
    elseif octet >= 0xF0 and octet <= 0xF4 then
      return 4, octet == 0xF0 and 0x90 or 0x80, octet == 0xF4 and 0x8F or 0xBF
    end
    return 1, 0, 0
  end

  -- How many octets from `place` on belong to one letter, and whether it is whole.
  local function extent(s, place)
    local size, low, high = letter(byte(s, place))
    if size == 1 then
      return 1, false
    end
    for more = 1, size - 1 do
      local octet = byte(s, place + more)
      if not octet or octet < low or octet > high then
        return more, false
      end
      low, high = 0x80, 0xBF
    end
    return size, true
  end

  -- Octets as text. What is no UTF-8 is written \xNN, or as U+FFFD where `errors` is "replace".
  function M.decode(s, errors)
    local place = find(s, "[\128-\255]")
    if not place then
      return s
    end
    local parts, n, done = {}, 0, 1
    while place do
      local size, good = extent(s, place)
      if not good then
        parts[n + 1] = sub(s, done, place - 1)
        local bad = sub(s, place, place + size - 1)
        parts[n + 2] = errors == "replace" and "\239\191\189" or gsub(bad, ".", function(octet)
          return format("\\x%02x", byte(octet))
        end)
        n = n + 2
        done = place + size
      end
      place = find(s, "[\128-\255]", place + size)
    end
    parts[n + 1] = sub(s, done)
    return concat(parts)
  end

  -- ---- addresses

  local Address = {}
  Address.__index = Address

  Address.__eq = function(one, other)
    return one.packed == other.packed and one.scope == other.scope
  end

  local function longest_zeros(groups)
    local best, best_size, from = nil, 1, nil
    for place = 1, 9 do
      if groups[place] == 0 then
        from = from or place
      elseif from then
        if place - from > best_size then
          best, best_size = from, place - from
        end
        from = nil
      end
    end
    return best, best_size
  end

  Address.__tostring = function(address)
    local s = address.packed
    if #s == 4 then
      return format("%d.%d.%d.%d", byte(s, 1, 4))
    end
    local groups, texts = {}, {}
    for place = 1, 8 do
      groups[place] = byte(s, 2 * place - 1) * 256 + byte(s, 2 * place)
      texts[place] = format("%x", groups[place])
    end
    local from, size = longest_zeros(groups)
    local text
    if from then
      text = concat(texts, ":", 1, from - 1) .. "::" .. concat(texts, ":", from + size, 8)
    else
      text = concat(texts, ":")
    end
    return address.scope and text .. "%" .. address.scope or text
  end

  local function address_of(packed, scope)
    return setmetatable({ packed = packed, version = #packed == 4 and 4 or 6, scope = scope }, Address)
  end

  -- An address of its 4 or 16 octets.
  function M.ip_address_of(packed)
    if #packed ~= 4 and #packed ~= 16 then
      error("ValueError: no address")
    end
    return address_of(packed)
  end

  local function four(s)
    local octets = M.split(s, ".")
    if octets.n ~= 4 then
      return nil
    end
    for place = 1, 4 do
      local text = octets[place]
      local number = find(text, "^%d%d?%d?$") and tonumber(text)
      if not number or number > 255 or (#text > 1 and byte(text) == 48) then
        return nil
      end
      octets[place] = char(number)
    end
    return concat(octets)
  end

  -- Groups of four digits as octets, nil where one is none.
  local function groups_of(s)
    if s == "" then
      return "", 0
    end
    local groups = M.split(s, ":")
    for place = 1, groups.n do
      local text = groups[place]
      if not find(text, "^%x%x?%x?%x?$") then
        return nil
      end
      local number = tonumber(text, 16)
      groups[place] = char(floor(number / 256), number % 256)
    end
    return concat(groups, "", 1, groups.n), groups.n
  end

  local function sixteen(s)
    local head, last = match(s, "^(.*:)([^:]*%.[^:]*)$")
    if head then
      local packed = four(last)
      if not packed then
        return nil
      end
      s = head .. format("%02x%02x:%02x%02x", byte(packed, 1, 4))
    end
    local first, second = match(s, "^(.-)::(.*)$")
    if not first then
      local octets, count = groups_of(s)
      return count == 8 and octets or nil
    end
    local left, more = groups_of(first)
    local right, others = groups_of(second)
    if not left or not right or more + others > 7 then
      return nil
    end
    return left .. rep("\0", 2 * (8 - more - others)) .. right
  end

  -- An address of its text, as Python's ipaddress reads it.
  function M.ip_address(text)
    local packed = four(text)
    if packed then
      return address_of(packed)
    end
    local plain, scope = match(text, "^([^%%]*)%%([^%%]+)$")
    packed = sixteen(plain or text)
    if not packed then
      error("ValueError: no address")
    end
    return address_of(packed, scope)
  end

  return M
end

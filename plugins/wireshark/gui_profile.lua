-- A configuration profile with the keys that the capture holds, for Wireshark's own decryption.
-- Keys are secrets, so a preference has to allow it.

return function(import)
  local M = {}
  local keys = import("wireshark.keys")

  local NAME = "secagree"
  local HEAD = "# ESP SAs found by secagree; Wireshark: Preferences, Protocols, ESP, ESP SAs\n"

  local function hexadecimal(octets)
    return (octets:gsub(".", function(octet) return ("%02x"):format(octet:byte()) end))
  end

  local function address(octets)
    if #octets == 4 then return "IPv4", ("%d.%d.%d.%d"):format(octets:byte(1, 4)) end
    local words = {}
    for at = 1, 15, 2 do
      words[#words + 1] = ("%x"):format(octets:byte(at) * 256 + octets:byte(at + 1))
    end
    return "IPv6", table.concat(words, ":")
  end

  local function row(sa, pair)
    local cipher, integrity = keys.wireshark_names(sa.alg, sa.ealg)
    if not cipher then return nil end
    local family, src = address(sa.src)
    local _, dst = address(sa.dst)
    local secret = keys.cipher_key(sa.ealg, pair)
    local columns = {
      family, src, dst, ("0x%08x"):format(sa.spi), cipher,
      secret ~= "" and "0x" .. hexadecimal(secret) or "", integrity,
      "0x" .. hexadecimal(keys.integrity_key(sa.alg, pair)),
    }
    return '"' .. table.concat(columns, '","') .. '"\n'
  end

  -- The text of `esp_sa` for these SAs (name, spi, src, dst, alg, ealg, nonce), and how many rows it
  -- has. Wireshark takes the first row that fits, so each (dst, SPI) has one.
  function M.esp_sa(sas, ring)
    local lines, taken, count = { HEAD }, {}, 0
    for _, sa in ipairs(sas) do
      local pair = ring.pairs_of(sa.nonce)[1]
      local line = pair and not taken[sa.dst .. sa.spi] and row(sa, pair)
      if line then
        taken[sa.dst .. sa.spi] = true
        count = count + 1
        lines[#lines + 1] = line
      end
    end
    return table.concat(lines), count
  end

  local function write(path, content)
    local file, reason = io.open(path, "w")
    if not file then error(reason, 0) end
    file:write(content)
    file:close()
  end

  local function exists(path)
    local file = io.open(path, "r")
    if file then file:close() end
    return file ~= nil
  end

  -- Write the profile. `files` are the further ones of a profile, name to text; what the user has
  -- there already stays, but for the keys. Gives the folder. Raises a text.
  function M.write(table_of_keys, files)
    local profiles = persconffile_path("profiles")
    local folder = profiles .. "/" .. NAME
    for _, name in ipairs({ profiles, folder }) do
      if not Dir.exists(name) then Dir.make(name) end
    end
    if not Dir.exists(folder) then error(folder .. " cannot be made", 0) end
    for name, content in pairs(files) do
      if not exists(folder .. "/" .. name) then write(folder .. "/" .. name, content) end
    end
    write(folder .. "/esp_sa", table_of_keys)
    return folder
  end

  local HOW = [[
%d rows of keys written to
%s/esp_sa

To use them: click "Profile" at the right of the status bar, choose "%s".
On the command line: tshark -C %s -r CAPTURE

It opens this subscriber's traffic: delete it when the case is closed.
]]

  local OFF = [[
Keys are secrets, so they are written only when you allow it:
Edit > Preferences > Protocols > SECAGREE, "Allow ... Write keys into a profile".
]]

  local NONE = [[
No keys were found in this capture. They stand in the 401 between S-CSCF and P-CSCF (ck and ik)
and in the Multimedia-Auth-Answer of Cx. With keys from elsewhere:

secagree keys CAPTURE --ck HEX --ik HEX --format profile
]]

  -- What the menu does: `allowed()`, `sas()` and `ring()` give what holds then.
  function M.action(allowed, sas, ring)
    return function()
      local said = OFF
      if allowed() then
        local content, count = M.esp_sa(sas(), ring())
        said = NONE
        if count > 0 then
          local done, folder = pcall(M.write, content, import("wireshark.profile_files"))
          said = done and HOW:format(count, folder, NAME, NAME) or "Not written: " .. tostring(folder) .. "\n"
        end
      end
      local window = TextWindow.new("SEC-AGREE keys")
      window:set_editable(false)
      window:set(said)
    end
  end

  return M
end

-- What the user sets under Preferences, Protocols, SECAGREE, read when it is asked for.
return function()
  local M = {}

  local SEVERITIES = { "critical", "error", "warning", "info" }
  local SHOWN = { "critical", "error or worse", "warning or worse", "all" }
  local DIALECTS = { "auto", "ims", "rfc3329", "draft-00", "draft-01", "arkko-00", "arkko-01" }

  local function choices(words)
    local rows = {}
    for place, word in ipairs(words) do rows[place] = { place, word, place } end
    return rows
  end

  -- Give the protocol its preferences.
  function M.define(proto)
    local p = proto.prefs
    p.enabled = Pref.bool("Judge security agreements", true, "Off: the plugin does nothing")
    p.severity = Pref.enum("Show findings", 4, "What is less than this is not shown", choices(SHOWN), false)
    p.notes = Pref.bool(
      "Show notes (deviations without an effect here)", true, "As Chat in Expert Information"
    )
    p.rules_off = Pref.string(
      "Rules switched off (such as OFR-11 LEAK)", "", "Ids or families, with spaces between"
    )
    p.dialect = Pref.enum(
      "Judge by", 1, "auto: by the dialect that the headers of each exchange speak", choices(DIALECTS), false
    )
    p.info = Pref.bool(
      "Exchange and step in the Info column", false, "Before what Wireshark writes there"
    )
    p.decrypt = Pref.bool(
      "Decrypt ESP with keys that the capture holds (AES, 3DES: from Wireshark 4.6 on)", true,
      "ck and ik of a 401 on Mw, or Cx"
    )
    p.keys = Pref.bool(
      "Allow Tools > SEC-AGREE > Write keys into a profile", false,
      "Keys are secrets: the profile holds what opens this subscriber's traffic"
    )
  end

  local function switched_off(text)
    local off = {}
    for word in (text or ""):gmatch("[%w-]+") do off[word:upper()] = true end
    return function(id) return (off[id] or off[id:match("^%a+")]) == true end
  end

  -- The values in force: enabled, notes, info, decrypt, keys (booleans), dialect (nil: as the
  -- headers say), and shown(finding): whether to show it.
  function M.read(proto)
    local p = proto.prefs
    local level, off = p.severity, switched_off(p.rules_off)
    local rank = {}
    for place, word in ipairs(SEVERITIES) do rank[word] = place end
    return {
      enabled = p.enabled,
      notes = p.notes,
      info = p.info,
      decrypt = p.decrypt,
      keys = p.keys,
      dialect = p.dialect > 1 and DIALECTS[p.dialect] or nil,
      shown = function(finding)
        if finding.effect == "none" and not p.notes then return false end
        return (rank[finding.severity] or 1) <= level and not off(finding.rule)
      end,
    }
  end

  return M
end

-- The plugin in Wireshark's menus. Does nothing where there is no GUI.

return function(import)
  local M = {}
  local opening = import("wireshark.opening")
  local passes = import("wireshark.passes")

  local MENU = "SEC-AGREE/"
  local FIELD = "secagree.exchange" -- what a packet must have for its menu

  local function list_of(values)
    local list = {}
    for place, value in ipairs(values) do list[place] = value end
    return list
  end

  local function sas()
    local list = {}
    for _, set in ipairs(passes.everything():associations()) do
      for _, sa in ipairs(set.sas) do
        list[#list + 1] = {
          spi = sa.spi, src = sa.src, dst = sa.dst, alg = set.alg, ealg = set.ealg, nonce = set.nonce,
        }
      end
    end
    return list
  end

  -- What the windows show, see `gui_windows`.
  local function source(settings)
    return {
      exchanges = function() return list_of(passes.everything():exchanges()) end,
      closed = function() return opening.closed(passes.everything(), passes.records()) end,
      findings = function()
        local kept = {}
        for _, finding in ipairs(passes.everything():findings()) do
          if settings().shown(finding) then kept[#kept + 1] = finding end
        end
        return kept
      end,
    }
  end

  -- Register the menus. `settings` gives the preferences in force.
  function M.register(settings)
    if not gui_enabled() then return end
    local windows = import("wireshark.gui_windows").new(source(settings))
    local profile = import("wireshark.gui_profile").action(
      function() return settings().keys end, sas, function() return opening.ring(passes.everything()) end
    )
    register_menu(MENU .. "Exchanges", windows.list, MENU_TOOLS_UNSORTED)
    register_menu(MENU .. "Timeline", windows.timeline, MENU_TOOLS_UNSORTED)
    register_menu(MENU .. "Findings", windows.findings, MENU_TOOLS_UNSORTED)
    register_menu(MENU .. "Write keys into a profile", profile, MENU_TOOLS_UNSORTED)
    if register_packet_menu then -- 4.2 and newer
      local function with(use)
        return function(...)
          for _, info in ipairs({ ... }) do
            if info.name == FIELD then
              use(info.value)
              return
            end
          end
        end
      end
      register_packet_menu(MENU .. "Show the exchange", with(windows.exchange), FIELD)
      register_packet_menu(MENU .. "Filter the exchange", with(windows.filter), FIELD)
    end
  end

  return M
end

-- The plugin in Wireshark's menus. Does nothing where there is no GUI.

return function(import)
  local M = {}

  local MENU = "SEC-AGREE/"
  local FIELD = "secagree.exchange" -- what a packet must have for its menu

  -- Register the menus; `source` as in `gui_windows`, `profile` writes keys and says how to use them.
  function M.register(source, profile)
    if not gui_enabled() then return end
    local windows = import("wireshark.gui_windows").new(source)
    register_menu(MENU .. "Exchanges", windows.list, MENU_TOOLS_UNSORTED)
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

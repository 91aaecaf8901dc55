"""Colours of the page as Streamlit's flags: quiet, with enough contrast, light and dark; ours are in theme.css."""

from __future__ import annotations

THEME = {
    "theme.light.primaryColor": "#24627a",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f3f5f7",
    "theme.light.textColor": "#1c252d",
    "theme.light.linkColor": "#1d5a73",
    "theme.light.borderColor": "#d5dbe0",
    "theme.dark.primaryColor": "#5aa5c0",
    "theme.dark.backgroundColor": "#12181d",
    "theme.dark.secondaryBackgroundColor": "#1a2229",
    "theme.dark.textColor": "#e6ebef",
    "theme.dark.linkColor": "#8cc5da",
    "theme.dark.borderColor": "#3b444d",
    "theme.baseRadius": "0.5rem",
    "theme.headingFontSizes": "1.9rem,1.5rem,1.25rem,1.1rem,1rem,0.9rem",
    "theme.font": "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
    "theme.headingFont": "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
}

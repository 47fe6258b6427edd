"""The browser's side of Koine. So far: setting up, and letting apps in."""

// The admin's side menu is a scrolling strip on a phone: where one is comes into view, and the page stays where it is.
const menu = document.querySelector(".sidenav"), here = menu?.querySelector("[aria-current]");
if (here) menu.scrollLeft = here.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;

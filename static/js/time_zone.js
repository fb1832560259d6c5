// Offers the device's time zone, where the list has it and the form was not sent yet.

const zones = document.querySelector("select[data-guess-zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zones && !document.querySelector(".error-summary") && [...zones.options].some((zone) => zone.value === here)) {
  zones.value = here;
}

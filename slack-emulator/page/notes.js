// What the page says about channels and events.

/** What is to be said about a channel beside its name. */
export function roomNote(channel) {
  if (channel.is_archived) {
    return "archived";
  }
  return channel.has_bot ? "" : "the app is not in this channel";
}

/** What became of the last event. */
export function deliveryText(delivery, seconds) {
  switch (delivery?.state) {
    case "no_request_url":
      return "Last event: not sent, there is no request URL";
    case "lost":
      return "Last event: lost on request";
    case "sending":
      return "Last event: on its way …";
    case "delivered":
      return "Last event: delivered";
    case "retrying":
      return `Last event: retrying in ${seconds} s — ${delivery.reason}`;
    case "given_up":
      return `Last event: given up — ${delivery.reason}`;
    default:
      return "No events yet";
  }
}

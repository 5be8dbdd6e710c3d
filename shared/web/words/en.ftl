# The words of the farmers' pages, in English: the source of all translations.
#
# Plain words, short sentences; the farmer is "you", the service is "we". Every page answers three
# questions: how did it end (the headline, which is the text itself), what happened, what to do next
# (one to three steps). It promises only what the service does, and says nothing about anybody
# else's account.
#
# Fluent's syntax (https://projectfluent.org). A file of this folder is a language, named for its
# tag. What is in braces stays as it is: { $partner } is the partner's application, which is a name
# (Prairie Insights) or "your farm software" below, so no text begins with it; { $account } is the
# farmer's name there, shortened; { $manage-operation }, { $data-sharing } and { $connections } are
# what Panorama's menus say, in English; { the-way } puts in another text of this file.
#
# A text that another language does not have, or has with other braces, does not compile. The tests
# say which is too long for its place, or not translated: `cargo test -p web`.

## On every page

# In place of the partner's name, where a deployment has none.
your-farm-software = your farm software
# In place of the name of an account that has none, before what else tells it from others:
# "unnamed (dale)".
unnamed = unnamed
# Read out between the two names at the head: "Panorama and Prairie Insights".
and = and
# Read out before the paragraph below the headline.
what-happened = What happened
what-to-do-next = What to do next

## Parts of others

the-way = { $manage-operation }, then { $data-sharing }, then { $connections }
asks-again = Stay on this page for a moment: it checks again by itself, less and less often.
# Source: Leaf's tutorial on Panorama, step 3.
where-the-code-is =
    Where is the organization code? In Panorama, open the main menu and choose your operation.
    Treat the code like a password.

## The pages. `.stopped` takes the place of the first step when the page asks no more by itself.

connected = Your operation is connected.
    .happened = Panorama has confirmed that it shares this operation with { $partner }.
    .step-1 = Go back to { $partner }. You can close this page.
    .aside =
        It remains your decision. To stop sharing, open { the-way } in Panorama and switch
        { $partner } off.

finishing = Almost done: we are waiting for Panorama.
    .happened =
        Your confirmation has arrived and is safe with us. Panorama has not answered yet, so your
        operation is not connected to { $partner } yet.
    .step-1 = { asks-again }
    .stopped = Check again with the button. The page has stopped doing it for you.
    .step-2 =
        No time to wait? You can close this page. We keep trying for you; check { $partner } later.
    .button = Check again now

expired = The time to connect ran out.
    .happened =
        More than 15 minutes have passed since you started in { $partner }, so your operation is not
        connected yet. We keep your confirmation for 24 hours.
    .step-1 = Go back to { $partner } and start connecting again.
    .step-2 =
        Enter the organization code of the same operation. Within 24 hours, that connects it at
        once.
    .aside = { where-the-code-is }

link-expired = This link has expired.
    .happened =
        A link from { $partner } works for 15 minutes. This one is older, or its time was up before
        an operation was connected.
    .step-1 = Go back to { $partner } and start connecting again. You get a new link there.

link-used = This link has been used.
    .happened =
        This link has already connected an operation to { $partner }, and that operation no longer
        shares its data.
    .step-1 =
        To connect it again, go back to { $partner } and start connecting. You get a new link there.

not-bound = We could not finish connecting.
    .happened =
        We could not tell which account in { $partner } this belongs to. Maybe you started in
        another browser or on another device, for two accounts at once, or more than 15 minutes ago;
        or the switch in Panorama is off; or your operation is connected already. What you switched
        on in Panorama stays on.
    .step-1 =
        Open { $partner }, or the link that you were sent, in the browser that you are using now.
    .step-2 = Start connecting again. If you are asked for the organization code, enter it.
    .step-3 = When Panorama opens, choose your operation and switch { $partner } on.
    .aside = { where-the-code-is }

other-operation = This is a different operation.
    .happened =
        You started connecting one operation in { $partner }, but in Panorama another one was
        switched on. To be on the safe side, we did not connect it.
    .step-1 = Go back to { $partner } and start again with the operation that you want to connect.
    .step-2 = In Panorama, choose that same operation, then switch { $partner } on.
    .step-3 = If you do not want to share the other operation, switch { $partner } off there.

not-shared = The switch in Panorama seems to be off.
    .happened =
        We asked Panorama, and it did not confirm that this operation is shared with { $partner }.
        Your operation is not connected yet.
    .step-1 = In Panorama, choose your operation and open { the-way }.
    .step-2 = Find { $partner } there and switch it on.
    .step-3 =
        If Panorama does not bring you back here, start connecting again in { $partner }.

operation-owned = This operation is already connected.
    .happened =
        It is connected to another account in { $partner }. An operation can be connected to only
        one account at a time, so we changed nothing.
    .step-1 =
        Do you have a second account in { $partner }? Or does somebody else on your farm? Look there
        first.
    .step-2 =
        Was it the wrong operation? Start again in { $partner } and choose the right one in
        Panorama.
    .step-3 = Neither? Ask the people at { $partner } for help.

too-many-operations = Too many operations were tried.
    .happened =
        One link connects one operation, and with this link too many different ones were tried. To
        keep everybody’s data safe, we stopped here.
    .step-1 = Go back to { $partner } and start connecting again.
    .step-2 =
        In Panorama, choose the one operation that you want to connect, then switch { $partner } on.
    .step-3 = If you do not want to share the others, switch { $partner } off there.

declined = Your operation was not connected.
    .happened =
        Panorama sent you back with the answer that sharing was not switched on, or did not work. We
        have not connected anything to { $partner }.
    .step-1 = Was that what you wanted? Then you are done. You can close this page.
    .step-2 =
        Changed your mind? Start connecting again in { $partner }. When Panorama opens, switch
        { $partner } on.

whose-account = Is this your account?
    .happened =
        This link connects a Panorama operation to the account { $account } in { $partner }, which
        can then read the operation’s fields and its planting, spraying and harvest data.
    .step-1 =
        Is it your account? Continue. In Panorama, choose your operation and switch { $partner } on.
    .step-2 =
        Not your account, or did somebody send you this link? Close this page. Nothing is shared.
    .button = Continue to Panorama

came-back = Connect this operation to your account?
    .happened =
        Your browser did not say that it came from Panorama, so we ask. The operation would be
        connected to the account { $account } in { $partner }, which can then read its fields and
        its planting, spraying and harvest data.
    .step-1 =
        Did you just switch { $partner } on in Panorama, and is this your account? Then connect it.
    .step-2 = Otherwise close this page. We have changed nothing.
    .button = Yes, connect it

busy = Please wait a moment.
    .happened =
        We are getting too many requests from your network right now, so we could not store your
        confirmation yet. What you switched on in Panorama stays on.
    .step-1 = { asks-again }
    .stopped = Try again with the button. The page has stopped doing it for you.
    .step-2 = No time to wait? Go back to { $partner } later and start connecting again.
    .button = Try again now

opened-elsewhere = This link was opened before, in another browser.
    .happened =
        It connects a Panorama operation to the account { $account } in { $partner }, which can then
        read the operation’s data. The other browser may have been another device, or a browser
        inside another app. A link works in one browser at a time.
    .step-1 =
        Continue here only if it is your account and you yourself opened the link before.
    .step-2 =
        Not you, or not sure? Close this page. Start connecting again in { $partner }, or ask the
        people there for a new link.
    .button = I opened it myself: continue

unknown-link = This link does not work.
    .happened = It is incomplete, misspelled or no longer valid. We have changed nothing.
    .step-1 = Did you copy the link? Make sure that you have all of it.
    .step-2 =
        Otherwise start connecting again in { $partner }, or ask the people there for a new link.

unavailable = We cannot connect you right now.
    .happened =
        Something is not working on our side. It is not your fault, and what you switched on in
        Panorama stays on.
    .step-1 = { asks-again }
    .stopped = Try again with the button. The page has stopped doing it for you.
    .step-2 = Still not working? Start connecting again later in { $partner }.
    .button = Try again now

## Parts of the pages of magic links

go-and-switch = In Panorama, choose your operation and switch { $partner } on.
brings-back = Panorama then brings you back here. You need no code.
not-yours =
    Not your account, or did you not expect this link? Close this page: nothing is shared. Any
    questions? Ask the people at { $partner } who sent it.

## The pages of magic links, which a partner mails. A name that ends in -text is a paragraph's.

link-ask = Connect your operation to { $partner }?
    .happened =
        This link is for the account { $account } in { $partner }. If you agree, that account can
        read what one of your Panorama operations shares. It remains your decision.
    .step-1 = Is it your account? Continue to Panorama.
    .step-2 = { go-and-switch }
    .step-3 = { brings-back }
    .button = Continue to Panorama
    .aside = { not-yours }

link-reconnect = Connect your operation again?
    .happened =
        The account { $account } in { $partner } was connected to a Panorama operation of yours,
        and it does not get its data any more. This link connects the same operation again, and no
        other.
    .step-1 = Is it your account? Continue to Panorama.
    .step-2 = In Panorama, choose the same operation as before and switch { $partner } on.
    .step-3 = { brings-back }
    .button = Continue to Panorama
    .aside = { not-yours }

link-under-way = Your turn, in Panorama
    .happened =
        You have begun to connect an operation to the account { $account } in { $partner }, and
        Panorama has not sent you back yet.
    .step-1 = { go-and-switch }
    .step-2 = { brings-back }
    .button = Continue to Panorama

link-other-operation = This is a different operation.
    .happened =
        This link connects the same operation as before, but in Panorama another one was switched
        on. To be on the safe side, we did not connect it.
    .step-1 =
        Start again with the button. In Panorama, choose the same operation as before and switch
        { $partner } on.
    .step-2 = If you do not want to share the other operation, switch { $partner } off there.
    .button = Start again

link-timed-out = The time ran out.
    .happened =
        You have 15 minutes from the moment when you continue to Panorama, and they are over. Your
        operation is not connected to { $partner } yet.
    .step-1 = Start again with the button. You get another 15 minutes.
    .step-2 = { go-and-switch }
    .button = Start again

link-over = This link has expired.
    .happened =
        A link from { $partner } works for a limited time, and the time of this one is over. We have
        changed nothing.
    .step-1 = Ask the people at { $partner } for a new link.

link-used-up = This link has been used up.
    .happened =
        It was used as often as it may be. What was connected with it stays connected.
    .step-1 = Open { $partner } to see whether your operation is connected.
    .step-2 = If it is not, ask the people at { $partner } for a new link.

link-disconnected = Your operation is disconnected.
    .happened =
        The account { $account } in { $partner } reads nothing of it any more. What it has read
        stays there.
    .step-1 = Switch it off in Panorama, too: open { the-way } and switch { $partner } off.
    .step-2 = You can close this page.

# Instead of the steps where starting again may help, and its button.
start-again-text =
    Start again with the button. In Panorama, choose the operation that you want to connect, then
    switch { $partner } on.
start-again = Start again

# What the farmer agrees to: terms, and a sentence to each.
what-is-read = What is read
what-is-read-text =
    The names of growers, farms and fields; planting, spraying and harvest data with its machine
    files.
what-is-not = What is never read
what-is-not-text =
    Your password, and operations that you do not choose. Nothing is changed in Panorama.
how-long = For how long
how-long-text = Until you switch { $partner } off in Panorama. You can do so at any time.

# Read out in place of a picture of Panorama's switch.
the-picture-text =
    A picture of Panorama: your operation, and below it { $partner } with a switch that you turn on.

# Before the minutes that are left, such as "12 min".
time-left = Time left
# Before the numbers of what has arrived.
arrived = Arrived so far
fields-arrived = Fields
files-arrived = Machine files
back-to-partner = Back to { $partner }

disconnect = Disconnect
disconnect-text =
    The account { $account } in { $partner } then reads nothing of your operation any more. What it
    has read stays there.
disconnect-now = Yes, disconnect

## The receipt

receipt = Receipt for what you share
receipt-text =
    Keep this: print or save the page. It contains no code, and nobody can do anything with it.
receipt-number = Number
receipt-issued = Issued
receipt-since = Connected since
receipt-account = Account
receipt-recipient = Shared with
receipt-purpose = What for
receipt-purpose-text = To use the data of your operation in { $partner }.
receipt-consent = Consent
receipt-consent-text = Given by you: you switched { $partner } on in Panorama.
receipt-end = How to end it
receipt-end-text = Open { the-way } in Panorama and switch { $partner } off.
receipt-kept = How long it is kept
receipt-kept-text =
    New data is read until you end it. How long what was read is kept, and by which law, the people
    at { $partner } tell you.
receipt-json = The same for programs (JSON)

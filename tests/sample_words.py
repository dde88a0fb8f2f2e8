"""What the sample mails speak of: two letters of the summer of 2010, and their readers."""

HRW = "Deploy an OSCE security assistance mission to southern Kyrgyzstan"
SIGN_ON = "Sign-on letter to the Security Council on Kyrgyzstan"
VIENNA = (
    "You get this because config.toml names you (vienna) as a coordinator; days and hours are "
    "those of Vienna. Whoever keeps config.toml can change that."
)
MISSION = "Field an OSCE stabilisation mission with a policing mandate"
FRIDAY = "Friday 25 June 2010, 09:00 Vienna (03:00 New York)"
SILENT = (
    "Still silent: U. Joy Ogwu, President of the Council (Nigeria), Mexico, Türkiye, "
    "Bosnia and Herzegovina and 2 more. One command each, with --target: nigeria, mexico, "
    "turkiye, bosnia-and-herzegovina, austria and france"
)
TOLD = "You were told on Tue 22 June 2010:"
YORK = VIENNA.replace("vienna", "new-york").replace("Vienna", "New York")

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An ordinary function: asks its one service, keeps a copy in /tmp, answers. And it has a hole. */
public class App {
    interface Attack {
        String on(String event) throws Exception;
    }

    static final Map<String, Attack> ATTACKS = Map.of(
        "RuntimeExec", RuntimeExec::attack, "BuiltProcess", BuiltProcess::attack,
        "NamingLookup", NamingLookup::attack, "Exfiltrate", Exfiltrate::attack);

    static String handler(String event) throws Exception {
        if (event.contains("\"attack\"")) {
            return ATTACKS.get(field(event, "attack")).on(event);
        }
        String number = new String(
            URI.create("http://" + field(event, "service") + "/").toURL().openStream().readAllBytes());
        Files.writeString(Path.of(field(event, "tmp"), "kept.json"), number);
        return "hello " + field(event, "name") + " " + number;
    }

    /** The text of one field. */
    static String field(String event, String name) {
        Matcher found = Pattern.compile('"' + name + "\": \"?([^\",}]*)").matcher(event);
        return found.find() ? found.group(1) : "";
    }
}

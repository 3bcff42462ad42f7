using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class EnvironmentBlockTests
{
    [Fact]
    public void Without_wishes_there_are_the_defaults() =>
        Assert.Equal([$"PATH={EnvironmentBlock.DefaultPath}", "HOSTNAME=pod", "HOME=/root"], Build(terminal: false));

    [Fact]
    public void A_terminal_adds_its_type() => Assert.Contains("TERM=xterm", Build(terminal: true));

    [Fact]
    public void A_wish_replaces_a_default_and_the_last_of_a_name_wins()
    {
        var block = Build(false, ("PATH", "/bin"), ("A", "1"), ("HOME", "/h"), ("A", "2"));
        Assert.Equal(["PATH=/bin", "HOSTNAME=pod", "HOME=/h", "A=2"], block);
    }

    [Fact]
    public void Names_differ_by_case_and_values_may_hold_anything()
    {
        var block = Build(false, ("a", "x=y"), ("A", ""), ("U", "ä\n"));
        Assert.Equal(["a=x=y", "A=", "U=ä\n"], block[3..]);
    }

    [Fact]
    public void Find_takes_whole_names_only()
    {
        string[] block = ["PATHS=no", "PATH=/bin:/x=y", "P=z"];
        Assert.Equal("/bin:/x=y", EnvironmentBlock.Find(block, "PATH"));
        Assert.Null(EnvironmentBlock.Find(block, "PAT"));
    }

    private static string[] Build(bool terminal, params (string Name, string Value)[] wanted) =>
        EnvironmentBlock.Build([.. wanted.Select(w => KeyValuePair.Create(w.Name, w.Value))], "pod", "/root", terminal);
}

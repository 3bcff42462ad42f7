using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Pods;

public class PodSpecTests
{
    [Fact]
    public void A_full_spec_is_read_into_its_fields()
    {
        var pod = PodSpec.Parse("""
            {
              "id": "web-1", "hostname": "web", "tty": true, "labels": { "tier": "front" }, "restartPolicy": "never",
              "resource": { "vcpu": 2, "memory": 256 },
              "containers": [ {
                "name": "server", "image": "busybox", "entrypoint": ["/bin/sh"], "command": ["-c", "echo"], "workdir": "/srv",
                "tty": false, "readOnly": true, "envs": [{ "env": "A", "value": "b=c" }, { "env": "EMPTY" }],
                "user": { "name": "1000", "group": "users", "additionalGroups": ["tty"] } } ]
            }
            """);

        var container = Assert.Single(pod.Containers);
        Assert.Equal(("web-1", "web", true, 2, 256), (pod.Id, pod.Hostname, pod.Tty, pod.Resources.Vcpu, pod.Resources.Memory));
        Assert.Equal("front", pod.Labels["tier"]);
        Assert.Equal(["/bin/sh", "-c", "echo"], container.Arguments);
        Assert.Equal(("server", "/srv", false, true), (container.Name, container.Workdir, container.Tty, container.ReadOnly));
        Assert.Equal([("A", "b=c"), ("EMPTY", "")], container.Envs.Select(e => (e.Env, e.Value)));
        Assert.Equal(("1000", "users"), (container.User!.Name, container.User.Group));
        Assert.Equal(["tty"], container.User.AdditionalGroups);
    }

    // Whoever wrote the spec must not write on the terminal of whoever reads the complaint.
    [Theory]
    [InlineData("""{"\u001b[2J\u202e":1}""", "\uFFFD[2J\uFFFD")]
    [InlineData("t\u007f", "t\uFFFD")]
    public void A_complaint_shows_nothing_that_a_terminal_would_obey(string json, string shown)
    {
        var complaint = Assert.Throws<PodSpecException>(() => PodSpec.Parse(json));
        Assert.Contains(shown, complaint.Message);
        Assert.DoesNotContain(complaint.Message, char.IsControl);
    }

    // A .NET string may hold half of a surrogate pair; an attribute's text may not, so this is no case of the table below.
    [Fact]
    public void A_text_with_half_a_surrogate_pair_is_refused() =>
        Assert.Contains("Unicode", Assert.Throws<PodSpecException>(() => PodSpec.Parse("{\"id\":\"\ud800\"}")).Message);

    [Fact]
    public void A_complaint_is_no_larger_than_people_can_read()
    {
        var complaint = Assert.Throws<PodSpecException>(() => PodSpec.Parse($$"""{"{{new string('a', 100_000)}}":1}"""));
        Assert.InRange(complaint.Message.Length, 100, 1000);
        Assert.InRange(complaint.Field.Length, 100, 201);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_welcome() =>
        Assert.Single(PodSpec.Parse("""{ "containers": [ { "image": "b", "command": ["x"], }, ], /* why not */ }""").Containers);

    [Theory]
    [InlineData("", "", "not JSON")]
    [InlineData("hello", "", "not JSON")]
    [InlineData("[]", "", "must be an object")]
    [InlineData("{}", "containers", "at least one")]
    [InlineData("""{"containers":[]}""", "containers", "at least one")]
    [InlineData("""{"containers":{}}""", "containers", "must be a list")]
    [InlineData("""{"containers":[7]}""", "containers[0]", "must be an object")]
    [InlineData("""{"containers":[{"image":"b","command":["x"]}],"colour":1}""", "colour", "unknown field")]
    [InlineData("""{"containers":[{"image":"b","command":["x"]}],"volumes":[]}""", "volumes", "not supported yet")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"ports":[]}]}""", "containers[0].ports", "not supported yet")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"cmd":[]}]}""", "containers[0].cmd", "unknown field")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"restartPolicy":"always"}]}""", "containers[0].restartPolicy", "only 'never'")]
    [InlineData("""{"containers":[{"command":["x"]}]}""", "containers[0].image", "needed")]
    [InlineData("""{"containers":[{"image":"b"}]}""", "containers[0].command", "empty")]
    [InlineData("""{"containers":[{"image":"b","command":[]}]}""", "containers[0].command", "empty")]
    [InlineData("""{"containers":[{"image":"b","command":[""]}]}""", "containers[0].command", "empty")]
    [InlineData("""{"containers":[{"image":"b","command":"x"}]}""", "containers[0].command", "must be a list")]
    [InlineData("""{"containers":[{"image":"b","command":["a\u0000b"]}]}""", "containers[0].command[0]", "NUL")]
    [InlineData("""{"containers":[{"image":"b","command":["\ud800"]}]}""", "containers[0].command[0]", "Unicode")]
    [InlineData("""{"\ud800":1}""", "", "Unicode")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"workdir":"srv"}]}""", "containers[0].workdir", "absolute")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"tty":"yes"}]}""", "containers[0].tty", "true or false")]
    [InlineData("""{"id":"../../etc","containers":[{"image":"b","command":["x"]}]}""", "id", "not an id")]
    [InlineData("""{"id":"","containers":[{"image":"b","command":["x"]}]}""", "id", "not an id")]
    [InlineData("""{"id":"a\n","containers":[{"image":"b","command":["x"]}]}""", "id", "not an id")]
    [InlineData("""{"id":7,"containers":[{"image":"b","command":["x"]}]}""", "id", "must be a text")]
    [InlineData("""{"hostname":"a.b","containers":[{"image":"b","command":["x"]}]}""", "hostname", "DNS label")]
    [InlineData("""{"resource":{"memory":1},"containers":[{"image":"b","command":["x"]}]}""", "resource.memory", "between")]
    [InlineData("""{"resource":{"memory":99999999999},"containers":[{"image":"b","command":["x"]}]}""", "resource.memory", "must be from")]
    [InlineData("""{"resource":{"vcpu":1.5},"containers":[{"image":"b","command":["x"]}]}""", "resource.vcpu", "whole number")]
    [InlineData("""{"containers":[{"name":"a","image":"b","command":["x"]},{"name":"a","image":"b","command":["x"]}]}""", "containers[1].name", "taken")]
    [InlineData("""{"containers":[{"image":"b","command":["x"]},{"name":"c0","image":"b","command":["x"]}]}""", "containers[1].name", "taken")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"envs":[{"env":"A=","value":""}]}]}""", "containers[0].envs[0].env", "variable")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"envs":[{"env":"","value":""}]}]}""", "containers[0].envs[0].env", "empty")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"envs":[{"env":"=A","value":""}]}]}""", "containers[0].envs[0].env", "empty")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"envs":[{"value":""}]}]}""", "containers[0].envs[0]", "missing")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"envs":[{"env":"A"},{"env":"A"}]}]}""", "containers[0].envs[1].env", "twice")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"user":{"group":"g"}}]}""", "containers[0].user", "missing")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"user":{"name":"a:b"}}]}""", "containers[0].user.name", "not a name")]
    [InlineData("""{"id":"a","id":"b","containers":[{"image":"b","command":["x"]}]}""", "id", "twice (the second time in line 1)")]
    [InlineData("{\n\"containers\":[{},\n{\"envs\":[{},{\"env\":\"A\",\n\n\"\\u0065nv\":\"B\"}]}]}", "containers[1].envs[1].env", "line 5")]
    [InlineData("""{"labels":{"a":"1","b":"2","a":"1"}}""", "labels.a", "twice")]
    [InlineData("""{"resource":{"memory":64},"containers":[{"image":"b","command":["x"]}]}""", "resource.memory", "between 96 and")]
    [InlineData("""{"labels":{"":"1"},"containers":[{"image":"b","command":["x"]}]}""", "labels.''", "name")]
    [InlineData("""{"labels":{"a":"\u001b[2J"},"containers":[{"image":"b","command":["x"]}]}""", "labels.'a'", "control")]
    [InlineData("""{"containers":[{"image":"b","command":["x"],"user":{"name":"a\tb"}}]}""", "containers[0].user.name", "not a name")]
    public void A_broken_rule_names_its_field(string json, string field, string problem)
    {
        var error = Assert.Throws<PodSpecException>(() => PodSpec.Parse(json));

        Assert.Equal(field, error.Field);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_and_counts_are_bounded()
    {
        var container = """{"image":"b","command":["x"]}""";
        Assert.Equal("id", Refused($$"""{"id":"{{new string('a', 65)}}","containers":[{{container}}]}""").Field);
        Assert.Equal("containers", Refused($$"""{"containers":[{{string.Join(',', Enumerable.Repeat(container, 17))}}]}""").Field);
        Assert.Equal("", Refused(new string(' ', (1 << 20) + 1)).Field);
        Assert.Equal("", Refused(new string('[', 40)).Field);
        Assert.Equal(
            "containers[0].command",
            Refused($$"""{"containers":[{"image":"b","command":[{{string.Join(',', Enumerable.Repeat("\"x\"", 1025))}}]}]}""").Field);
    }

    [Fact]
    public void A_value_that_may_be_a_secret_is_not_in_any_text()
    {
        var wrong = Assert.Throws<PodSpecException>(
            () => PodSpec.Parse("""{"containers":[{"image":"b","command":["x"],"envs":[{"env":"TOKEN=hunter2","value":""}]}]}"""));
        Assert.Contains("TOKEN", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrong.ToString(), StringComparison.Ordinal);
        var pod = PodSpec.Parse("""{"containers":[{"image":"b","command":["x"],"envs":[{"env":"TOKEN","value":"hunter2"}]}]}""");

        Assert.DoesNotContain("hunter2", pod.Containers[0].Envs[0].ToString(), StringComparison.Ordinal);
    }

    private static PodSpecException Refused(string json) => Assert.Throws<PodSpecException>(() => PodSpec.Parse(json));
}

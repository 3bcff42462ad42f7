using BenchmarkDotNet.Running;
using Rx.Benchmarks.Embed;
using Rx.Benchmarks.Fleet;
using Rx.Benchmarks.Fold;
using Rx.Benchmarks.Qmp;

// "qmp …", "qmp-compare …", "embed …", "fold …" and "fleet …" are load programs; everything else chooses benchmarks.
if (args is ["qmp", .. var rest])
{
    return QmpLoad.Run(rest);
}

if (args is ["qmp-compare", .. var pair])
{
    return await QmpCompare.RunAsync(pair);
}

if (args is ["embed", .. var wishes])
{
    return await EmbedLoad.RunAsync(wishes);
}

if (args is ["fold", .. var turns])
{
    return await FoldLoad.RunAsync(turns);
}

if (args is ["fleet", .. var crowd])
{
    return await FleetLoad.RunAsync(crowd);
}

BenchmarkSwitcher.FromAssembly(typeof(QmpLoad).Assembly).Run(args);
return 0;
